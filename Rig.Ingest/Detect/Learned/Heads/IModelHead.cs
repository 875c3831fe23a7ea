namespace Rig.Ingest.Detect.Learned;

/// <summary>How a family of networks wants its input and writes its output.</summary>
internal interface IModelHead
{
    /// <summary>The family's name as people know it.</summary>
    string Format { get; }

    /// <summary>How many classes it tells apart; null where its output does not say.</summary>
    int? Classes { get; }

    PixelForm Pixels { get; }

    /// <summary>Adds what scores at least a class's threshold, in pixels of the network's input.</summary>
    void Decode(IReadOnlyList<ModelOutput> outputs, ClassMap classes, List<LearnedBox> found);
}
