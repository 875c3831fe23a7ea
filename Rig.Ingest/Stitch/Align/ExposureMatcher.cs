using Rig.Ingest.Stitch.Kernel;

namespace Rig.Ingest.Stitch.Align;

/// <summary>Compares what neighbours see in common and shares the difference out, so that the seam does not show.</summary>
internal static class ExposureMatcher
{
    private const int SamplesMin = 200;

    public static ExposureMatch[] Match(IReadOnlyList<CameraModel> cameras, IReadOnlyList<MedianPicture> backgrounds)
    {
        // Steps from each camera to its right neighbour; log for the gain.
        var (gain, u, v) = (new double[cameras.Count], new double[cameras.Count], new double[cameras.Count]);
        for (var right = 1; right < cameras.Count; right++)
        {
            var (g, du, dv) = Compare(cameras[right - 1], backgrounds[right - 1], cameras[right], backgrounds[right]);
            (gain[right], u[right], v[right]) = (gain[right - 1] + g, u[right - 1] + du, v[right - 1] + dv);
        }

        return [.. Enumerable.Range(0, cameras.Count).Select(c => new ExposureMatch(
            Math.Clamp(Math.Exp(gain[c] - gain.Average()), 0.6, 1.6),
            Math.Clamp(u[c] - u.Average(), -12, 12),
            Math.Clamp(v[c] - v.Average(), -12, 12)))];
    }

    private static (double LogGain, double U, double V) Compare(CameraModel left, MedianPicture leftSeen, CameraModel right, MedianPicture rightSeen)
    {
        List<double> ratios = [], us = [], vs = [];
        const int Step = 8;
        for (var y = Step; y < leftSeen.Height - Step; y += Step)
        {
            for (var x = Step; x < leftSeen.Width - Step; x += Step)
            {
                if (!right.TryProject(left.RayOf(x, y), out var ru, out var rv) || ru < Step || rv < Step || ru > rightSeen.Width - Step || rv > rightSeen.Height - Step)
                {
                    continue;
                }

                var (a, b) = (leftSeen.Y[(y * leftSeen.Width) + x], rightSeen.Y[((int)rv * rightSeen.Width) + (int)ru]);
                // Neither crushed nor burnt.
                if (a is > 40 and < 225 && b is > 40 and < 225)
                {
                    ratios.Add(Math.Log((a - 16.0) / (b - 16.0)));
                    var (ca, cb) = ((y / 2 * leftSeen.Width / 2) + (x / 2), ((int)rv / 2 * rightSeen.Width / 2) + ((int)ru / 2));
                    us.Add(leftSeen.U[ca] - rightSeen.U[cb]);
                    vs.Add(leftSeen.V[ca] - rightSeen.V[cb]);
                }
            }
        }

        return ratios.Count < SamplesMin ? (0, 0, 0) : (Median(ratios), Median(us), Median(vs));
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
