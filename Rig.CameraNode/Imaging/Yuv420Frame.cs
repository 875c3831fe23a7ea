namespace Rig.CameraNode.Imaging;

/// <summary>
/// One 8-bit 4:2:0 picture in one contiguous buffer: Width*Height luma, then the two quarter-size chroma planes (I420), limited
/// range BT.709. Width and height are even. The buffer never moves in memory, so that the kernel may refer to it.
/// </summary>
public sealed class Yuv420Frame
{
    public Yuv420Frame(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(width % 2, 0, nameof(width));
        ArgumentOutOfRangeException.ThrowIfNotEqual(height % 2, 0, nameof(height));
        Width = width;
        Height = height;
        Data = GC.AllocateUninitializedArray<byte>(width * height * 3 / 2, pinned: true);
    }

    public int Width { get; }

    public int Height { get; }

    public byte[] Data { get; }

    public Span<byte> Y => Data.AsSpan(0, Width * Height);

    public Span<byte> U => Data.AsSpan(Width * Height, Width * Height / 4);

    public Span<byte> V => Data.AsSpan(Width * Height * 5 / 4, Width * Height / 4);
}
