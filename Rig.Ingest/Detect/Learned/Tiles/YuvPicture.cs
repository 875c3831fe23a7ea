namespace Rig.Ingest.Detect.Learned;

/// <summary>An 8-bit 4:2:0 picture (I420, limited range) of even width and height.</summary>
/// <param name="IsHd">Its colours are BT.709's, as in video of that size; else BT.601's.</param>
internal readonly record struct YuvPicture(byte[] Data, int Width, int Height, bool IsHd)
{
    public ReadOnlySpan<byte> Y => Data.AsSpan(0, Width * Height);

    public ReadOnlySpan<byte> U => Data.AsSpan(Width * Height, Width * Height / 4);

    public ReadOnlySpan<byte> V => Data.AsSpan(Width * Height * 5 / 4, Width * Height / 4);
}
