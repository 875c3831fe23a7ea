using OpenCvSharp;
using Rig.Ingest.Stitch.Geometry;

namespace Rig.Ingest.Stitch.Vision;

/// <summary>A fisheye lens from pictures of a checkerboard, by OpenCV.</summary>
internal static class CheckerboardCalibration
{
    private const int BoardsMin = 5;
    private const int CornersMin = 3;

    /// <summary>Wide enough to find a board in; the corners are then placed in the whole picture.</summary>
    private const double SearchWidth = 1600;

    private static readonly TermCriteria CornerEnd = new(CriteriaTypes.Count | CriteriaTypes.Eps, 40, 0.01);
    private static readonly TermCriteria CalibrationEnd = new(CriteriaTypes.Count | CriteriaTypes.Eps, 100, 1e-9);

    /// <param name="pictures">Files of one size.</param>
    /// <param name="columns">Inner corners in a row of the board.</param>
    /// <returns>The lens, the root mean square error in pixels, and in how many pictures the board was found.</returns>
    /// <exception cref="VisionException">OpenCV cannot be loaded, a picture cannot be read or has another size, or the board is in too few of them.</exception>
    public static (CameraLens Lens, double RmsPx, int Views) Calibrate(IReadOnlyList<string> pictures, int columns, int rows)
    {
        if (columns < CornersMin || rows < CornersMin)
        {
            throw new VisionException($"a checkerboard has at least {CornersMin}x{CornersMin} inner corners");
        }

        return VisionLibrary.Run(() =>
        {
            var board = new Size(columns, rows);
            var found = new (Size Size, Point2f[] Corners)[pictures.Count];
            Parallel.For(0, pictures.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i => found[i] = Look(pictures[i], board));
            for (var i = 0; i < found.Length; i++)
            {
                if (found[i].Size == default)
                {
                    throw new VisionException($"cannot read the picture {pictures[i]}");
                }

                if (found[i].Size != found[0].Size)
                {
                    throw new VisionException($"the picture {pictures[i]} has another size than those before it");
                }
            }

            Point2f[][] seen = [.. found.Select(f => f.Corners).Where(corners => corners.Length > 0)];
            return seen.Length >= BoardsMin
                ? Fit(seen, board, found[0].Size)
                : throw new VisionException($"the checkerboard was found in {seen.Length} pictures; {BoardsMin} are needed");
        });
    }

    /// <summary>The picture's size, nothing if it cannot be read, and the corners of a whole board, or none.</summary>
    private static (Size Size, Point2f[] Corners) Look(string file, Size board)
    {
        using var picture = Cv2.ImRead(file, ImreadModes.Grayscale);
        if (picture.Empty())
        {
            return default;
        }

        var scale = Math.Min(1, SearchWidth / picture.Width);
        using var smaller = new Mat();
        Cv2.Resize(picture, smaller, default, scale, scale, InterpolationFlags.Area);
        if (!Cv2.FindChessboardCornersSB(smaller, board, out Point2f[] corners, ChessboardFlags.NormalizeImage))
        {
            return (picture.Size(), []);
        }

        // Centres of pixels are whole numbers, so a pixel's corner, not its centre, stays in place when the size changes.
        var placed = corners.Select(c => new Point2f((float)(((c.X + 0.5) / scale) - 0.5), (float)(((c.Y + 0.5) / scale) - 0.5)));
        return (picture.Size(), Cv2.CornerSubPix(picture, placed, new Size(7, 7), new Size(-1, -1), CornerEnd));
    }

    private static (CameraLens Lens, double RmsPx, int Views) Fit(Point2f[][] seen, Size board, Size size)
    {
        Point3d[] corners = [.. Enumerable.Range(0, board.Width * board.Height).Select(i => new Point3d(i % board.Width, i / board.Width, 0))];
        var owned = new List<Mat>();
        try
        {
            Mat Own(Mat mat)
            {
                owned.Add(mat);
                return mat;
            }

            Mat[] boards = [.. seen.Select(_ => Own(Mat.FromPixelData(1, corners.Length, MatType.CV_64FC3, corners)))];
            Mat[] views = [.. seen.Select(view => Own(Mat.FromPixelData(1, view.Length, MatType.CV_64FC2, view.Select(p => new Point2d(p.X, p.Y)).ToArray())))];
            var guess = 0.8 * size.Width;
            var k = Own(Mat.FromPixelData(3, 3, MatType.CV_64FC1, new[] { guess, 0, size.Width / 2.0, 0, guess, size.Height / 2.0, 0, 0, 1 }));
            var d = Own(Mat.FromPixelData(4, 1, MatType.CV_64FC1, new double[4]));
            var rmsPx = Cv2.FishEye.Calibrate(
                boards,
                views,
                size,
                k,
                d,
                out var rotations,
                out var translations,
                FishEyeCalibrationFlags.RecomputeExtrinsic | FishEyeCalibrationFlags.FixSkew | FishEyeCalibrationFlags.UseIntrinsicGuess,
                CalibrationEnd);
            owned.AddRange([.. rotations, .. translations]);
            var lens = new CameraLens(
                LensModel.Fisheye,
                size.Width,
                size.Height,
                k.Get<double>(0, 0),
                k.Get<double>(1, 1),
                k.Get<double>(0, 2),
                k.Get<double>(1, 2),
                [d.Get<double>(0), d.Get<double>(1), d.Get<double>(2), d.Get<double>(3)]);
            return (lens, rmsPx, seen.Length);
        }
        finally
        {
            owned.ForEach(mat => mat.Dispose());
        }
    }
}
