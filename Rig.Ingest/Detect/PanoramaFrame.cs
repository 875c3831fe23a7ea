namespace Rig.Ingest.Detect;

/// <summary>One 8-bit 4:2:0 picture (I420) of even width and height.</summary>
internal sealed class PanoramaFrame(int width, int height)
{
    public int Width { get; } = width;

    public int Height { get; } = height;

    public byte[] Data { get; } = GC.AllocateUninitializedArray<byte>(width * height * 3 / 2);

    public ReadOnlySpan<byte> Y => Data.AsSpan(0, Width * Height);

    public ReadOnlySpan<byte> U => Data.AsSpan(Width * Height, Width * Height / 4);

    public ReadOnlySpan<byte> V => Data.AsSpan(Width * Height * 5 / 4, Width * Height / 4);

    /// <summary>Chroma sample that a luma pixel shares with its neighbours.</summary>
    public int ChromaIndex(int x, int y) => ((y / 2) * (Width / 2)) + (x / 2);
}
