namespace Rig.Ingest.Detect.Learned;

/// <summary>What is configured about a model.</summary>
/// <param name="Path">Of the ONNX file.</param>
/// <param name="People">Classes that are people, counted from 0; empty: by the network's own names, else as in COCO.</param>
/// <param name="Provider">Where it runs.</param>
internal sealed record ModelSettings(string Path, IReadOnlyList<int> People, IReadOnlyList<int> Balls, ProviderChoice Provider = ProviderChoice.Auto);

internal enum ProviderChoice
{
    /// <summary>CUDA where it works, else the processor.</summary>
    Auto,
    Cpu,
}
