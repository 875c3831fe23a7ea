using Rig.Domain.Match;
using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Video;

namespace Rig.Ingest.Stitch.Kernel;

/// <summary>Exposure and white balance of one camera, corrected towards the rig's mean.</summary>
/// <param name="Gain">Factor on luma over black and on chroma over grey.</param>
/// <param name="OffsetU">Added to the chroma, 8-bit steps.</param>
internal sealed record ExposureMatch(double Gain, double OffsetU, double OffsetV)
{
    public static readonly ExposureMatch None = new(1, 0, 0);
}

/// <summary>Draws panorama frames from the cameras' frames through tables that are made once.</summary>
internal sealed unsafe class PanoramaRenderer
{
    private const byte BlackLuma = 16;
    private const byte GreyChroma = 128;
    private const int BandRows = 16;

    private readonly CameraModel[] cameras;
    private readonly PanoramaLayout layout;
    private readonly (SampleGain Y, SampleGain U, SampleGain V)[] gains;
    private readonly SampleTable?[] luma;
    private readonly SampleTable?[] chroma;
    private readonly ParallelOptions parallel;

    public PanoramaRenderer(PanoramaGeometry geometry, IReadOnlyList<CameraModel> cameras, IReadOnlyList<ExposureMatch> exposure, int threads = 2)
    {
        Geometry = geometry;
        this.cameras = [.. cameras];
        layout = PanoramaLayout.Of(geometry, cameras);
        gains = [.. exposure.Select(e => (SampleGain.About(BlackLuma, e.Gain, 0), SampleGain.About(GreyChroma, e.Gain, e.OffsetU), SampleGain.About(GreyChroma, e.Gain, e.OffsetV)))];
        luma = new SampleTable?[cameras.Count];
        chroma = new SampleTable?[cameras.Count];
        parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
    }

    public PanoramaGeometry Geometry { get; }

    public int FrameBytes => Geometry.Width * Geometry.Height * 3 / 2;

    /// <param name="frames">One per camera; null where it shows nothing, which is drawn black.</param>
    /// <param name="output">I420 of the panorama's size.</param>
    public void Draw(IReadOnlyList<VideoFrame?> frames, byte[] output, KernelPath? path = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, FrameBytes);
        var kernel = path ?? SampleKernel.Best;
        EnsureTables(frames);
        var (width, height) = (Geometry.Width, Geometry.Height);
        var bands = ((height / 2) + BandRows - 1) / BandRows;
        // Frames keep their memory alive; pointers are taken before the threads start.
        var sources = new Source[cameras.Length];
        for (var c = 0; c < sources.Length; c++)
        {
            sources[c] = frames[c] is { } f ? new Source(f.Y, f.U, f.V) : default;
        }

        fixed (byte* pinned = output)
        {
            var y = pinned;
            var u = y + (width * height);
            var v = u + (width * height / 4);
            Parallel.For(0, bands, parallel, band =>
            {
                var end = Math.Min(height / 2, (band + 1) * BandRows);
                for (var pair = band * BandRows; pair < end; pair++)
                {
                    DrawRow(kernel, sources, 0, 2 * pair, y, width);
                    DrawRow(kernel, sources, 0, (2 * pair) + 1, y, width);
                    DrawRow(kernel, sources, 1, pair, u, width / 2);
                    DrawRow(kernel, sources, 2, pair, v, width / 2);
                }
            });
        }
    }

    /// <summary>The part of the tables that a peer needs to do the same work.</summary>
    internal (PanoramaLayout Layout, IReadOnlyList<CameraModel> Cameras) Plan => (layout, cameras);

    private void EnsureTables(IReadOnlyList<VideoFrame?> frames)
    {
        for (var c = 0; c < cameras.Length; c++)
        {
            if (frames[c] is not { } frame)
            {
                continue;
            }

            if (luma[c]?.SourceStride != frame.StrideY)
            {
                luma[c] = Table(c, Geometry.Height, 1, frame.StrideY);
            }

            if (chroma[c]?.SourceStride != frame.StrideC)
            {
                chroma[c] = Table(c, Geometry.Height / 2, 2, frame.StrideC);
            }
        }
    }

    /// <param name="step">Luma samples a sample of this plane: 1 or 2.</param>
    private SampleTable Table(int c, int rows, int step, int stride)
    {
        var (camera, half) = (cameras[c], (step - 1) / 2.0);
        int[] start = new int[rows], end = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            (start[row], end[row]) = (layout.Start[c][row * step / 2] / step, layout.End[c][row * step / 2] / step);
        }

        return SampleTable.Build(rows, start, end, camera.Lens.Width / step, camera.Lens.Height / step, stride, (column, row) =>
            camera.TryProject(PanoramaLayout.Direction(Geometry, (column * step) + half, (row * step) + half), out var u, out var v)
                ? ((u - half) / step, (v - half) / step)
                : (0, 0));
    }

    private void DrawRow(KernelPath kernel, Source[] sources, int plane, int row, byte* target, int width)
    {
        var line = target + ((long)row * width);
        var empty = plane == 0 ? BlackLuma : GreyChroma;
        var filled = 0;
        const int FadeMax = 512;
        var faded = stackalloc byte[FadeMax];
        for (var c = 0; c < cameras.Length; c++)
        {
            var table = plane == 0 ? luma[c] : chroma[c];
            var source = plane switch { 0 => sources[c].Y, 1 => sources[c].U, _ => sources[c].V };
            if (table is null || source is null || table.End[row] <= table.Start[row])
            {
                continue;
            }

            var gain = plane switch { 0 => gains[c].Y, 1 => gains[c].U, _ => gains[c].V };
            var (start, end) = (table.Start[row], table.End[row]);
            var fade = c > 0 ? Math.Clamp(filled - start, 0, Math.Min(FadeMax, end - start)) : 0;
            if (start > filled)
            {
                new Span<byte>(line + filled, start - filled).Fill(empty);
            }

            fixed (int* offsets = table.Offsets)
            fixed (byte* fx = table.FractionX, fy = table.FractionY)
            {
                var at = table.First[row];
                if (fade > 0)
                {
                    SampleKernel.Run(kernel, source, table.SourceStride, offsets + at, fx + at, fy + at, faded, fade, gain);
                    for (var i = 0; i < fade; i++)
                    {
                        var weight = ((2 * i) + 1) * 128 / fade;
                        line[start + i] = (byte)(((line[start + i] * (256 - weight)) + (faded[i] * weight) + 128) >> 8);
                    }
                }

                SampleKernel.Run(kernel, source, table.SourceStride, offsets + at + fade, fx + at + fade, fy + at + fade, line + start + fade, end - start - fade, gain);
            }

            filled = Math.Max(filled, end);
        }

        if (filled < width)
        {
            new Span<byte>(line + filled, width - filled).Fill(empty);
        }
    }

    private readonly struct Source(byte* y, byte* u, byte* v)
    {
        public readonly byte* Y = y, U = u, V = v;
    }
}
