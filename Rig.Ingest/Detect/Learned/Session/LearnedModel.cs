using Microsoft.ML.OnnxRuntime;

namespace Rig.Ingest.Detect.Learned;

/// <summary>A network that has answered once: its input is known, its outputs are understood. Runs may go side by side.</summary>
internal sealed class LearnedModel : IDisposable
{
    /// <summary>Of a network that takes any size.</summary>
    private const int FreeSide = 640;
    private const int SideMax = 4096;
    private const int StrideMax = 32;

    private readonly InferenceSession session;
    private readonly string input;
    private readonly ClassMap classes;

    private LearnedModel(InferenceSession session, string input, int width, int height, IModelHead head, ClassMap classes, string provider, string? fallback)
    {
        (this.session, this.input, this.classes) = (session, input, classes);
        (Width, Height, Head, Provider, Fallback) = (width, height, head, provider, fallback);
    }

    /// <summary>Of the input, pixels.</summary>
    public int Width { get; }

    public int Height { get; }

    public IModelHead Head { get; }

    public string Provider { get; }

    /// <summary>Why CUDA is not used, a sentence; null where it is.</summary>
    public string? Fallback { get; }

    /// <exception cref="ModelException">The file, its input or its outputs are not usable.</exception>
    public static LearnedModel Open(ModelSettings settings)
    {
        var (session, provider, fallback) = ModelFile.Open(settings);
        try
        {
            var (name, width, height) = InputOf(session);
            var odd = session.OutputMetadata.FirstOrDefault(output => output.Value.ElementType != typeof(float));
            if (odd.Key is not null)
            {
                throw new ModelException($"Its output {odd.Key} is of type {odd.Value.ElementType?.Name ?? "sequence"}, not float32; export it without its own suppression, or as [1, boxes, 6].");
            }

            var empty = new float[3 * width * height];
            Array.Fill(empty, AreaSampler.Missing);
            var outputs = Run(session, name, width, height, empty);
            var names = ModelFile.Names(session);
            var head = HeadRecognition.Of(width, height, outputs, names.Count);
            return new LearnedModel(session, name, width, height, head, ClassMap.Of(settings.People, settings.Balls, names, head.Classes), provider, fallback);
        }
        catch (Exception e) when (e is ModelException or OnnxRuntimeException)
        {
            session.Dispose();
            throw new ModelException($"{Path.GetFileName(settings.Path)} cannot be used. {Providers.Sentence(e)}", e);
        }
    }

    /// <param name="pixels">Three planes in the head's form.</param>
    public List<LearnedBox> Find(float[] pixels)
    {
        var found = new List<LearnedBox>();
        try
        {
            Head.Decode(Run(session, input, Width, Height, pixels), classes, found);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"The network failed: {Providers.Sentence(e)}", e);
        }

        return found;
    }

    public void Dispose() => session.Dispose();

    private static (string Name, int Width, int Height) InputOf(InferenceSession session)
    {
        if (session.InputMetadata.ToList() is not [var (name, form)])
        {
            throw new ModelException($"It has {session.InputMetadata.Count} inputs; a detector has one, a picture.");
        }

        var shape = form.Dimensions;
        var said = $"Its input {name} is {form.ElementType?.Name ?? "no tensor"} [{string.Join(", ", shape ?? [])}]";
        if (form.ElementType != typeof(float))
        {
            throw new ModelException($"{said}; export it for float32 (Single).");
        }

        if (shape is not [1 or -1, 3, var height, var width] || height > SideMax || width > SideMax || height == 0 || width == 0)
        {
            throw new ModelException($"{said}, not [1, 3, height, width]; export it in the order batch, colours, rows, columns.");
        }

        (width, height) = (width < 0 ? FreeSide : width, height < 0 ? FreeSide : height);
        return width % StrideMax == 0 && height % StrideMax == 0 ? (name, width, height) : throw new ModelException($"{said}; its sides are to be multiples of {StrideMax}.");
    }

    private static List<ModelOutput> Run(InferenceSession session, string input, int width, int height, float[] pixels)
    {
        using var options = new RunOptions();
        using var value = OrtValue.CreateTensorValueFromMemory(pixels, [1, 3, height, width]);
        using var results = session.Run(options, [input], [value], session.OutputNames);
        return [.. results.Select((result, index) => new ModelOutput(
            session.OutputNames[index],
            [.. result.GetTensorTypeAndShape().Shape.Select(side => (int)side)],
            result.GetTensorDataAsSpan<float>().ToArray()))];
    }
}
