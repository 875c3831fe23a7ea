using OpenCvSharp;
using Rig.Ingest.Stitch.Kernel;

namespace Rig.Bench.Stitch;

/// <summary>The same panorama by cv::remap with its fixed-point maps, and cv::blendLinear in the fades; OpenCV's own two threads.</summary>
internal sealed unsafe class OpenCvPeer : IDisposable
{
    private readonly BenchRig rig;
    private readonly Part[] luma;
    private readonly Part[] chroma;

    public OpenCvPeer(BenchRig rig, PanoramaLayout layout)
    {
        this.rig = rig;
        Cv2.SetNumThreads(2);
        luma = Parts(layout, 1);
        chroma = Parts(layout, 2);
    }

    public void Draw(byte[] output)
    {
        var (width, height) = (rig.Geometry.Width, rig.Geometry.Height);
        fixed (byte* o = output)
        {
            Draw(luma, 0, 1, o);
            Draw(chroma, 1, 2, o + (width * height));
            Draw(chroma, 2, 2, o + (width * height * 5 / 4));
        }
    }

    public void Dispose()
    {
        foreach (var part in (Part[])[.. luma, .. chroma])
        {
            part.Dispose();
        }
    }

    /// <param name="step">Pixels of the panorama between two samples of the plane.</param>
    private void Draw(Part[] parts, int plane, int step, byte* output)
    {
        using var panorama = Mat.FromPixelData(rig.Geometry.Height / step, rig.Geometry.Width / step, MatType.CV_8UC1, (nint)output);
        var covered = 0;
        for (var c = 0; c < parts.Length; c++)
        {
            var (part, frame) = (parts[c], rig.Frames[c]);
            var pixels = plane switch { 0 => frame.Y, 1 => frame.U, _ => frame.V };
            using var source = Mat.FromPixelData(frame.Height / step, frame.Width / step, MatType.CV_8UC1, (nint)pixels, plane == 0 ? frame.StrideY : frame.StrideC);
            using var warped = new Mat();
            Cv2.Remap(source, warped, part.Map, part.Fraction, InterpolationFlags.Linear, BorderTypes.Constant, new Scalar(0));
            var overlap = c == 0 ? 0 : Math.Max(0, covered - part.Start);
            if (overlap > 0)
            {
                Fade(panorama, parts[c - 1], part, warped, overlap);
            }

            using var rest = warped.ColRange(overlap, warped.Cols);
            using var target = panorama.ColRange(part.Start + overlap, part.Start + warped.Cols);
            rest.CopyTo(target);
            covered = part.Start + warped.Cols;
        }
    }

    /// <summary>blendLinear takes only whole pictures, so the overlap is cut out first.</summary>
    private static void Fade(Mat panorama, Part left, Part right, Mat warped, int overlap)
    {
        using var target = panorama.ColRange(right.Start, right.Start + overlap);
        using var rightPart = warped.ColRange(0, overlap);
        using var leftWeights = left.Weights.ColRange(right.Start - left.Start, right.Start - left.Start + overlap);
        using var rightWeights = right.Weights.ColRange(0, overlap);
        using Mat a = target.Clone(), b = rightPart.Clone(), weightsA = leftWeights.Clone(), weightsB = rightWeights.Clone(), blended = new();
        Cv2.BlendLinear(a, b, weightsA, weightsB, blended);
        blended.CopyTo(target);
    }

    private Part[] Parts(PanoramaLayout layout, int step)
    {
        var (height, half) = (rig.Geometry.Height / step, (step - 1) / 2.0);
        return [.. rig.Cameras.Select((camera, c) =>
        {
            var (start, end) = (layout.Start[c].Min() / step, layout.End[c].Max() / step);
            using Mat x = new(height, end - start, MatType.CV_32FC1), y = new(height, end - start, MatType.CV_32FC1);
            for (var row = 0; row < height; row++)
            {
                float* rowX = (float*)x.Ptr(row), rowY = (float*)y.Ptr(row);
                for (var column = start; column < end; column++)
                {
                    _ = camera.TryProject(PanoramaLayout.Direction(rig.Geometry, (column * step) + half, (row * step) + half), out var u, out var v);
                    (rowX[column - start], rowY[column - start]) = ((float)((u - half) / step), (float)((v - half) / step));
                }
            }

            return new Part(start, x, y);
        })];
    }

    /// <summary>One camera's part of a plane: its maps in OpenCV's fixed-point form, for the columns that it gives to.</summary>
    private sealed class Part : IDisposable
    {
        public Part(int start, Mat x, Mat y)
        {
            Start = start;
            Weights = new Mat(x.Size(), MatType.CV_32FC1, new Scalar(0.5));
            Cv2.ConvertMaps(x, y, Map, Fraction, MatType.CV_16SC2);
        }

        public int Start { get; }

        public Mat Map { get; } = new();

        public Mat Fraction { get; } = new();

        public Mat Weights { get; }

        public void Dispose()
        {
            Map.Dispose();
            Fraction.Dispose();
            Weights.Dispose();
        }
    }
}
