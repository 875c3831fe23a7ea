using Rig.Ingest.Stitch.Geometry;
using Rig.Ingest.Stitch.Vision;

namespace Rig.Ingest.Stitch.Align;

/// <summary>One thing seen by two neighbours, in pixels of their pictures.</summary>
/// <param name="Consistent">Agrees with most others of its pair within a few pixels.</param>
internal readonly record struct SeamMatch(int Left, int Right, double LeftU, double LeftV, double RightU, double RightV, bool Consistent);

/// <summary>
/// Finds what two neighbours both see. Wide lenses bend the overlap in opposite ways, which defeats feature matching, so each picture
/// is first drawn flat, by its rough lens, as a camera turned towards the seam would see it.
/// </summary>
internal static class SeamMatcher
{
    private const int ViewWidthMax = 2200;
    private const int FeaturesMax = 6000;
    private const double Ratio = 0.8;

    /// <summary>Half the flat view's width as an angle; beyond this the flat view stretches too much.</summary>
    private static readonly double ViewHalfAngle = 33 * Math.PI / 180;

    /// <param name="tolerance">Largest distance from one homography over the overlap, as a fraction of the view's width.</param>
    public static List<SeamMatch> Match(int left, CameraLens leftLens, GrayPicture leftPicture, int right, CameraLens rightLens, GrayPicture rightPicture, double tolerance)
    {
        var focal = Math.Min(Math.Max(leftLens.Fx, rightLens.Fx), ViewWidthMax / (2 * Math.Tan(ViewHalfAngle)));
        var width = (int)(2 * focal * Math.Tan(ViewHalfAngle)) & ~1;
        var height = Math.Min(width, (int)(1.1 * focal * Math.Max((double)leftLens.Height / leftLens.Fy, (double)rightLens.Height / rightLens.Fy))) & ~1;
        var leftView = FlatView.Draw(leftLens, leftPicture, SeamYaw(leftLens), focal, width, height);
        var rightView = FlatView.Draw(rightLens, rightPicture, -SeamYaw(rightLens), focal, width, height);
        var found = FeatureMatcher.Match(leftView.Picture, leftView.Mask, rightView.Picture, rightView.Mask, FeaturesMax, Ratio, tolerance * width);
        var matches = new List<SeamMatch>(found.Length);
        foreach (var match in found)
        {
            if (leftView.TryToCamera(leftLens, match.Ax, match.Ay, out var lu, out var lv) && rightView.TryToCamera(rightLens, match.Bx, match.By, out var ru, out var rv))
            {
                matches.Add(new SeamMatch(left, right, lu, lv, ru, rv, match.Consistent));
            }
        }

        return matches;
    }

    /// <summary>Towards the picture's edge, a little inside it.</summary>
    private static double SeamYaw(CameraLens lens)
    {
        var edge = lens.Unproject(lens.Width - 1, lens.Cy);
        return Math.Atan2(edge.X, edge.Z) - (5 * Math.PI / 180);
    }
}

/// <summary>A camera's picture as an ideal flat camera, turned by a yaw, would see it.</summary>
internal sealed record FlatView(GrayPicture Picture, byte[] Mask, Rotation ToCamera, double Focal)
{
    public static FlatView Draw(CameraLens lens, GrayPicture source, double yaw, double focal, int width, int height)
    {
        var picture = new GrayPicture(width, height);
        var view = new FlatView(picture, new byte[width * height], Rotation.FromYaw(yaw), focal);
        Parallel.For(0, height, y =>
        {
            for (var x = 0; x < width; x++)
            {
                const int Margin = 4;
                if (view.TryToCamera(lens, x, y, out var u, out var v) && u >= Margin && v >= Margin && u < lens.Width - 1 - Margin && v < lens.Height - 1 - Margin)
                {
                    picture.Pixels[(y * width) + x] = Bilinear(source, u, v);
                    view.Mask[(y * width) + x] = 255;
                }
            }
        });
        return view;
    }

    public bool TryToCamera(CameraLens lens, double x, double y, out double u, out double v) =>
        lens.TryProject(ToCamera * new Vector3d((x - (Picture.Width / 2.0)) / Focal, (y - (Picture.Height / 2.0)) / Focal, 1), out u, out v);

    private static byte Bilinear(GrayPicture source, double u, double v)
    {
        var (x, y) = ((int)u, (int)v);
        var (fx, fy) = (u - x, v - y);
        var at = (y * source.Width) + x;
        var top = source.Pixels[at] + (fx * (source.Pixels[at + 1] - source.Pixels[at]));
        var bottom = source.Pixels[at + source.Width] + (fx * (source.Pixels[at + source.Width + 1] - source.Pixels[at + source.Width]));
        return (byte)(top + (fy * (bottom - top)) + 0.5);
    }
}
