using OpenCvSharp;
using OpenCvSharp.Features2D;

namespace Rig.Ingest.Stitch.Vision;

/// <param name="Consistent">Lies within the tolerance of one homography over the whole overlap.</param>
internal readonly record struct PictureMatch(float Ax, float Ay, float Bx, float By, bool Consistent);

/// <summary>SIFT features that two pictures share (Lowe 2004), by OpenCV.</summary>
internal static class FeatureMatcher
{
    private const int OctaveLayers = 3;

    /// <summary>OpenCV's default is 0.04; less lets weaker features pass.</summary>
    private const double ContrastThreshold = 0.02;

    /// <summary>Grass has spots, but faint ones. An overlap that shows little else is joined by them.</summary>
    private const double FaintContrastThreshold = 0.003;

    /// <summary>Faint features come by the thousand, and comparing them all takes the square of their number.</summary>
    private const int FaintFeaturesMax = 4000;

    /// <summary>Features of one picture from which on the faint ones add only time.</summary>
    private const int EnoughFeatures = 2000;

    /// <summary>OpenCV's default is 10; more lets features pass that lie along an edge.</summary>
    private const double EdgeThreshold = 12;

    private const int HomographyPoints = 4;
    private const int RansacRounds = 10_000;
    private const double RansacConfidence = 0.999;

    /// <summary>The pairs whose second best is worse by <paramref name="ratio"/>, seen from either picture.</summary>
    /// <param name="a">Of one size with <paramref name="b"/>.</param>
    /// <param name="maskA">0 where the picture shows nothing.</param>
    /// <param name="ransacPx">Largest distance of a consistent pair from the homography.</param>
    /// <exception cref="VisionException">OpenCV cannot be loaded, or refused the work.</exception>
    public static PictureMatch[] Match(GrayPicture a, byte[] maskA, GrayPicture b, byte[] maskB, int featuresMax, double ratio, double ransacPx) =>
        VisionLibrary.Run(() =>
        {
            using Mat descriptorsA = new(), descriptorsB = new();
            KeyPoint[] pointsA = [], pointsB = [];
            foreach (var contrast in new[] { ContrastThreshold, FaintContrastThreshold })
            {
                using var sift = SIFT.Create(contrast < ContrastThreshold ? Math.Min(featuresMax, FaintFeaturesMax) : featuresMax, OctaveLayers, contrast, EdgeThreshold);
                pointsA = Detect(sift, a, maskA, descriptorsA);
                pointsB = Detect(sift, b, maskB, descriptorsB);
                if (Math.Min(pointsA.Length, pointsB.Length) >= EnoughFeatures)
                {
                    break;
                }
            }

            if (pointsA.Length < 2 || pointsB.Length < 2)
            {
                return [];
            }

            using var matcher = new BFMatcher(NormTypes.L2);
            var forward = Best(matcher, descriptorsA, descriptorsB, ratio);
            var backward = Best(matcher, descriptorsB, descriptorsA, ratio);
            var pairs = Enumerable.Range(0, forward.Length).Where(i => forward[i] >= 0 && backward[forward[i]] == i).ToArray();
            Point2f[] from = [.. pairs.Select(i => pointsA[i].Pt)], to = [.. pairs.Select(i => pointsB[forward[i]].Pt)];
            var consistent = OfOneHomography(from, to, ransacPx);
            return pairs.Select((_, i) => new PictureMatch(from[i].X, from[i].Y, to[i].X, to[i].Y, consistent[i])).ToArray();
        });

    private static KeyPoint[] Detect(SIFT sift, GrayPicture picture, byte[] mask, Mat descriptors)
    {
        using var pixels = Mat.FromPixelData(picture.Height, picture.Width, MatType.CV_8UC1, picture.Pixels);
        using var shown = Mat.FromPixelData(picture.Height, picture.Width, MatType.CV_8UC1, mask);
        sift.DetectAndCompute(pixels, shown, out var points, descriptors);
        return points;
    }

    /// <summary>Index in <paramref name="to"/> of each row's best match, or -1 where the second best is too near.</summary>
    private static int[] Best(BFMatcher matcher, Mat from, Mat to, double ratio)
    {
        var best = new int[from.Rows];
        Array.Fill(best, -1);
        foreach (var nearest in matcher.KnnMatch(from, to, 2))
        {
            if (nearest is [var first, var second] && first.Distance < ratio * second.Distance)
            {
                best[first.QueryIdx] = first.TrainIdx;
            }
        }

        return best;
    }

    private static bool[] OfOneHomography(Point2f[] from, Point2f[] to, double ransacPx)
    {
        if (from.Length < HomographyPoints)
        {
            return new bool[from.Length];
        }

        using var source = Mat.FromPixelData(from.Length, 1, MatType.CV_32FC2, from);
        using var target = Mat.FromPixelData(to.Length, 1, MatType.CV_32FC2, to);
        using var inliers = new Mat();
        using var homography = Cv2.FindHomography(source, target, HomographyMethods.Ransac, ransacPx, inliers, RansacRounds, RansacConfidence);
        // Without a homography the mask may be left empty.
        return inliers.GetArray(out byte[] mask) && mask.Length == from.Length ? [.. mask.Select(m => m != 0)] : new bool[from.Length];
    }
}
