namespace Rig.Ingest.Detect.Learned;

internal enum LearnedKind
{
    Person,
    Ball,
}

/// <summary>What a network found, pixels of the picture (or, before it is laid there, of the network's input).</summary>
/// <param name="Score">0 to 1, the network's own.</param>
/// <param name="Cut">Ends at an edge at which its tile was cut out of the picture, so that a part may be missing.</param>
internal readonly record struct LearnedBox(LearnedKind Kind, double Left, double Top, double Right, double Bottom, double Score, bool Cut = false)
{
    public double Width => Right - Left;

    public double Height => Bottom - Top;

    public double CenterU => (Left + Right) / 2;

    public double CenterV => (Top + Bottom) / 2;

    public double Area => Math.Max(0, Width) * Math.Max(0, Height);

    public double Overlap(LearnedBox other) =>
        Math.Max(0, Math.Min(Right, other.Right) - Math.Max(Left, other.Left)) * Math.Max(0, Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top));
}
