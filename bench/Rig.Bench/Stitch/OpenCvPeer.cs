using System.Runtime.InteropServices;
using Rig.Ingest.Stitch.Kernel;
using Rig.Ingest.Stitch.Native;

namespace Rig.Bench.Stitch;

/// <summary>The same panorama by cv::remap with its fixed-point maps, and cv::blendLinear in the fades; OpenCV's own two threads.</summary>
internal sealed unsafe class OpenCvPeer : IDisposable
{
    private readonly BenchRig rig;
    private readonly RemapperHandle luma;
    private readonly RemapperHandle chroma;

    public OpenCvPeer(BenchRig rig, PanoramaLayout layout)
    {
        this.rig = rig;
        VisionLibrary.EnsureLoaded();
        VisionLibrary.Check(RigVision.rigvision_set_threads(2));
        luma = Create(layout, 1);
        chroma = Create(layout, 2);
    }

    public void Draw(byte[] output)
    {
        var (width, height) = (rig.Geometry.Width, rig.Geometry.Height);
        fixed (byte* o = output)
        {
            Run(luma, 0, 1, o);
            Run(chroma, 1, 2, o + (width * height));
            Run(chroma, 2, 2, o + (width * height * 5 / 4));
        }
    }

    public void Dispose()
    {
        luma.Dispose();
        chroma.Dispose();
    }

    private void Run(RemapperHandle remapper, int plane, int step, byte* output)
    {
        var n = rig.Frames.Length;
        var planes = stackalloc byte*[n];
        int* widths = stackalloc int[n], heights = stackalloc int[n], strides = stackalloc int[n];
        for (var c = 0; c < n; c++)
        {
            var frame = rig.Frames[c];
            planes[c] = plane switch { 0 => frame.Y, 1 => frame.U, _ => frame.V };
            (widths[c], heights[c], strides[c]) = (frame.Width / step, frame.Height / step, plane == 0 ? frame.StrideY : frame.StrideC);
        }

        VisionLibrary.Check(RigVision.rigvision_remapper_run(remapper, planes, widths, heights, strides, output));
    }

    private RemapperHandle Create(PanoramaLayout layout, int step)
    {
        var (width, height, n) = (rig.Geometry.Width / step, rig.Geometry.Height / step, rig.Cameras.Length);
        var half = (step - 1) / 2.0;
        float** x = stackalloc float*[n], y = stackalloc float*[n], w = stackalloc float*[n];
        int* start = stackalloc int[n], end = stackalloc int[n];
        try
        {
            for (var c = 0; c < n; c++)
            {
                var size = (nuint)(width * height * sizeof(float));
                x[c] = (float*)NativeMemory.AllocZeroed(size);
                y[c] = (float*)NativeMemory.AllocZeroed(size);
                w[c] = (float*)NativeMemory.AllocZeroed(size);
                (start[c], end[c]) = (layout.Start[c].Min() / step, layout.End[c].Max() / step);
                for (var i = 0; i < width * height; i++)
                {
                    var (column, row) = (i % width, i / width);
                    _ = rig.Cameras[c].TryProject(PanoramaLayout.Direction(rig.Geometry, (column * step) + half, (row * step) + half), out var u, out var v);
                    (x[c][i], y[c][i]) = ((float)((u - half) / step), (float)((v - half) / step));
                    w[c][i] = 0.5f;
                }
            }

            VisionLibrary.Check(RigVision.rigvision_remapper_create(n, width, height, x, y, w, start, end, out var remapper));
            return remapper;
        }
        finally
        {
            for (var c = 0; c < n; c++)
            {
                NativeMemory.Free(x[c]);
                NativeMemory.Free(y[c]);
                NativeMemory.Free(w[c]);
            }
        }
    }
}
