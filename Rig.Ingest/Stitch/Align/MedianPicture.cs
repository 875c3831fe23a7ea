using Rig.Ingest.Stitch.Video;
using Rig.Ingest.Stitch.Vision;

namespace Rig.Ingest.Stitch.Align;

/// <summary>A camera's picture without what moves: the median over instants spread through the session, 4:2:0.</summary>
internal sealed record MedianPicture(int Width, int Height, byte[] I420)
{
    public ReadOnlySpan<byte> Y => I420.AsSpan(0, Width * Height);

    public ReadOnlySpan<byte> U => I420.AsSpan(Width * Height, Width * Height / 4);

    public ReadOnlySpan<byte> V => I420.AsSpan(Width * Height * 5 / 4, Width * Height / 4);

    public GrayPicture Luma => new(Width, Height, Y.ToArray());

    /// <param name="pictures">At least one, all of the camera's size.</param>
    public static MedianPicture Median(CameraTimeline camera, IReadOnlyList<byte[]> pictures)
    {
        if (pictures.Count == 1)
        {
            return new MedianPicture(camera.Width, camera.Height, pictures[0]);
        }

        var median = GC.AllocateUninitializedArray<byte>(pictures[0].Length);
        const int Block = 1 << 16;
        Parallel.For(0, (median.Length + Block - 1) / Block, block =>
        {
            Span<byte> sorted = stackalloc byte[pictures.Count];
            for (var i = block * Block; i < Math.Min(median.Length, (block + 1) * Block); i++)
            {
                for (var k = 0; k < sorted.Length; k++)
                {
                    var value = pictures[k][i];
                    var at = k;
                    while (at > 0 && sorted[at - 1] > value)
                    {
                        sorted[at] = sorted[at - 1];
                        at--;
                    }

                    sorted[at] = value;
                }

                median[i] = sorted[sorted.Length / 2];
            }
        });
        return new MedianPicture(camera.Width, camera.Height, median);
    }
}
