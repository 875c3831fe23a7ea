namespace Rig.Ingest.Stitch.Video;

/// <summary>A decoded 8-bit 4:2:0 picture in memory that its reader's library owns; valid until disposed.</summary>
internal abstract unsafe class VideoFrame : IDisposable
{
    public int Width { get; protected init; }

    public int Height { get; protected init; }

    /// <summary>Time in the file, from its first frame.</summary>
    public double Seconds { get; protected init; }

    public byte* Y { get; protected set; }

    public byte* U { get; protected set; }

    public byte* V { get; protected set; }

    public int StrideY { get; protected init; }

    /// <summary>Bytes a row of either chroma plane.</summary>
    public int StrideC { get; protected init; }

    public abstract void Dispose();

    /// <summary>The picture without row padding: luma, then both chroma planes.</summary>
    public byte[] ToI420()
    {
        var data = GC.AllocateUninitializedArray<byte>(Width * Height * 3 / 2);
        CopyPlane(Y, StrideY, Width, Height, data);
        CopyPlane(U, StrideC, Width / 2, Height / 2, data.AsSpan(Width * Height));
        CopyPlane(V, StrideC, Width / 2, Height / 2, data.AsSpan(Width * Height * 5 / 4));
        return data;
    }

    private static void CopyPlane(byte* source, int stride, int width, int height, Span<byte> target)
    {
        for (var row = 0; row < height; row++)
        {
            new ReadOnlySpan<byte>(source + ((long)row * stride), width).CopyTo(target[(row * width)..]);
        }
    }
}
