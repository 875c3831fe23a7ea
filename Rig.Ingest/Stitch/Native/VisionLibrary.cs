using System.Text;
using Rig.Ingest.Stitch.Geometry;

namespace Rig.Ingest.Stitch.Native;

/// <param name="Consistent">Lies within the tolerance of one homography over the whole overlap.</param>
internal readonly record struct PictureMatch(float Ax, float Ay, float Bx, float By, bool Consistent);

internal sealed class VisionException(string message) : Exception(message);

/// <summary>The part of OpenCV that alignment uses; the only door to librigvision.</summary>
internal static class VisionLibrary
{
    private static readonly Lazy<string?> Problem = new(FindProblem);

    /// <returns>The lens, and the calibration's root mean square error in pixels.</returns>
    public static unsafe (CameraLens Lens, double RmsPx, int Views) Calibrate(IEnumerable<string> pictures, int columns, int rows)
    {
        EnsureLoaded();
        Check(RigVision.rigvision_calibrate(string.Join('\n', pictures), columns, rows, out var lens));
        return (
            new CameraLens(
                LensModel.Fisheye,
                lens.Width,
                lens.Height,
                lens.Fx,
                lens.Fy,
                lens.Cx,
                lens.Cy,
                [lens.Distortion[0], lens.Distortion[1], lens.Distortion[2], lens.Distortion[3]]),
            lens.RmsPx,
            lens.Views);
    }

    /// <summary>SIFT matches between two pictures of one size; masks are 0 where a picture shows nothing.</summary>
    public static unsafe PictureMatch[] Match(GrayPicture a, byte[] maskA, GrayPicture b, byte[] maskB, int featuresMax, double ratio, double ransacPx)
    {
        EnsureLoaded();
        MatchesHandle handle;
        fixed (byte* pa = a.Pixels, pma = maskA, pb = b.Pixels, pmb = maskB)
        {
            Check(RigVision.rigvision_match(pa, pma, pb, pmb, a.Width, a.Height, featuresMax, ratio, ransacPx, out handle));
        }

        using (handle)
        {
            var count = RigVision.rigvision_matches_count(handle);
            var xyxy = new float[4 * count];
            var consistent = new byte[count];
            fixed (float* px = xyxy)
            fixed (byte* pc = consistent)
            {
                Check(RigVision.rigvision_matches_copy(handle, px, pc, count));
            }

            return [.. Enumerable.Range(0, count).Select(i => new PictureMatch(xyxy[4 * i], xyxy[(4 * i) + 1], xyxy[(4 * i) + 2], xyxy[(4 * i) + 3], consistent[i] != 0))];
        }
    }

    /// <exception cref="VisionException">The library is missing or another version; the message says what to run.</exception>
    public static void EnsureLoaded()
    {
        if (Problem.Value is { } problem)
        {
            throw new VisionException(problem);
        }
    }

    public static unsafe void Check(int code)
    {
        if (code >= 0)
        {
            return;
        }

        const int Size = 1024;
        var text = stackalloc byte[Size];
        var length = RigVision.rigvision_last_error(text, Size);
        throw new VisionException(length > 0 ? Encoding.UTF8.GetString(text, length) : $"librigvision failed with error {-code}.");
    }

    private static string? FindProblem()
    {
        const string Remedy = "Run scripts/setup.sh, then build again.";
        try
        {
            var abi = RigVision.rigvision_abi();
            return abi == RigVision.Abi ? null : $"librigvision.so is of version {abi}, this program needs {RigVision.Abi}. {Remedy}";
        }
        catch (DllNotFoundException e)
        {
            return $"librigvision.so could not be loaded ({e.Message.Split('\n')[0]}). {Remedy}";
        }
        catch (EntryPointNotFoundException)
        {
            return $"librigvision.so is too old. {Remedy}";
        }
    }
}

/// <summary>One 8-bit plane without padding.</summary>
internal sealed record GrayPicture(int Width, int Height, byte[] Pixels)
{
    public GrayPicture(int width, int height)
        : this(width, height, new byte[width * height])
    {
    }
}
