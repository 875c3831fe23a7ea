namespace Rig.Ingest.Detect.Learned;

/// <summary>One output tensor of a network, row-major.</summary>
internal readonly record struct ModelOutput(string Name, int[] Shape, float[] Values)
{
    public override string ToString() => $"{Name} [{string.Join(", ", Shape)}]";
}
