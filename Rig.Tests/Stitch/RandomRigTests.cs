using Microsoft.Extensions.Logging.Abstractions;
using Rig.Actors.Pipeline;
using Rig.CameraNode.Imaging;
using Rig.Domain.Identity;
using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Geometry;
using Rig.Ingest.Stitch.Kernel;
using Rig.Ingest.Stitch.Vision;
using Rig.Rehearsal.DrawnMatch;
using Xunit.Abstractions;
using CameraModel = Rig.Ingest.Stitch.Align.CameraModel;

namespace Rig.Tests.Stitch;

/// <summary>
/// For any turn, lens and crop of the synthetic match's cameras the alignment finds how they stand to each other and shows what they show,
/// or says that they have nothing in common; that only where it is nearly so.
/// </summary>
public sealed class RandomRigTests(ITestOutputHelper output)
{
    private const int Width = 960;
    private const int Height = 540;

    /// <summary>Of the left picture, from which on no rig of these is refused.</summary>
    private const double CommonShareMin = 0.07;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(12)]
    public void An_alignment_is_right_or_refused(int seed)
    {
        var random = new Random(seed);
        CameraId[] ids = [CameraId.Left, CameraId.Center];
        var truth = new CameraModel[ids.Length];
        var views = ids.Select((id, i) =>
        {
            var (filmed, picture) = Film(id);
            // Inwards by up to 6 degrees, so that the overlap is from nearly none to a third.
            var turn = Rotation.FromVector(new(Jitter(0.05), (i == 0 ? 1 : -1) * random.NextDouble() * 0.1, Jitter(0.08)));
            var lens = CameraLens.Equidistant(2 * random.Next(360, 480), 2 * random.Next(220, 270), 0.85 + (0.3 * random.NextDouble())) with { D = [Jitter(0.04), Jitter(0.02), 0, 0] };
            truth[i] = new CameraModel(lens, filmed.ToRig * turn);
            return new CameraView(id.Value, See(truth[i], filmed, picture), seed % 2 == 0 ? lens : null, seed % 2 == 0 ? LensUncertainty.Manifest : LensUncertainty.Guess);
        }).ToArray();

        AlignmentFigures figures;
        CameraModel[] cameras;
        try
        {
            var rig = RigAlignment.Align(views, NullLogger.Instance, CancellationToken.None);
            cameras = Horizon.LevelByRoll(rig.Cameras);
            var panorama = PanoramaPlanner.Plan(cameras, null, 5760);
            figures = AlignmentCheck.OfGeometry([.. ids.Select(id => id.Value)], cameras, panorama);
            var errors = rig.HeldOut.Select(m => RigAlignment.TransferErrorPx(rig.Cameras, m)).Order().ToArray();
            AlignmentCheck.OfSeam(rig.AgreeingShare, errors.Length, errors.Length == 0 ? 0 : errors[errors.Length / 2], Width);
        }
        catch (StageFailedException e)
        {
            var common = CommonShare(truth, views);
            output.WriteLine($"{e.Message} ({100 * common:F1} % in common)");
            Assert.Matches("^CAM_L and CAM_C show (nothing in common that can be told|too little in common)", e.Message);
            Assert.InRange(common, 0, CommonShareMin);
            return;
        }

        var seam = SeamErrorPx(truth, cameras, views);
        output.WriteLine($"{figures}, {seam:F2} px off at the seam");
        Assert.InRange(seam, 0, 1.5);
        Assert.InRange(figures.UnionShare, 0.95, 1);
        Assert.InRange(figures.FilledShare, 0.8, 1);

        double Jitter(double spread) => ((2 * random.NextDouble()) - 1) * spread;
    }

    /// <summary>Over all that both show, and not only where matches lie: the median distance from where the right camera really shows it.</summary>
    private static double SeamErrorPx(CameraModel[] truth, CameraModel[] found, CameraView[] views)
    {
        var errors = InCommon(truth, views).Select(at => found[1].TryProject(found[0].RayOf(at.X, at.Y), out var u, out var v)
            ? Math.Sqrt(((u - at.U) * (u - at.U)) + ((v - at.V) * (v - at.V)))
            : double.PositiveInfinity).Order().ToArray();
        return errors[errors.Length / 2];
    }

    /// <summary>Of the left picture, what the right one shows too, where neither is black.</summary>
    private static double CommonShare(CameraModel[] truth, CameraView[] views) =>
        InCommon(truth, views).Count() / (double)(views[0].Picture.Width * views[0].Picture.Height);

    private static IEnumerable<(int X, int Y, double U, double V)> InCommon(CameraModel[] truth, CameraView[] views)
    {
        var (left, right) = (views[0].Picture, views[1].Picture);
        for (var y = 0; y < left.Height; y++)
        {
            for (var x = 0; x < left.Width; x++)
            {
                if (left.Pixels[(y * left.Width) + x] > 0
                    && truth[1].TryProject(truth[0].RayOf(x, y), out var u, out var v)
                    && u >= 0 && v >= 0 && u < right.Width && v < right.Height
                    && right.Pixels[((int)v * right.Width) + (int)u] > 0)
                {
                    yield return (x, y, u, v);
                }
            }
        }
    }

    private static (CameraModel Camera, GrayPicture Picture) Film(CameraId id)
    {
        var truth = SyntheticRig.Camera(id, Width, Height, seed: 7);
        // Pitch axes to OpenCV's: x stays, y is down, z is across.
        static Vector3d Turned(Vector3D v) => new(v.X, -v.Z, v.Y);
        using var source = new SyntheticSource(id, Width, Height, 25, seed: 7);
        var frame = new Yuv420Frame(Width, Height);
        source.Fill(frame, TimeSpan.FromSeconds(20));
        var picture = new GrayPicture(Width, Height, frame.Data[..(Width * Height)]);
        return (new CameraModel(CameraLens.From(truth.Lens, Width, Height), Rotation.FromColumns(Turned(truth.Right), Turned(truth.Down), Turned(truth.Forward))), picture);
    }

    /// <summary>What another camera in the same place would have filmed, black where the one that filmed did not look.</summary>
    private static GrayPicture See(CameraModel camera, CameraModel filmed, GrayPicture source)
    {
        var seen = new GrayPicture(camera.Lens.Width, camera.Lens.Height);
        Parallel.For(0, seen.Height, y =>
        {
            for (var x = 0; x < seen.Width; x++)
            {
                if (filmed.TryProject(camera.RayOf(x, y), out var u, out var v) && u >= 0 && v >= 0 && u < source.Width - 1 && v < source.Height - 1)
                {
                    var (left, top) = ((int)u, (int)v);
                    var (fx, fy) = (u - left, v - top);
                    var at = (top * source.Width) + left;
                    var upper = source.Pixels[at] + (fx * (source.Pixels[at + 1] - source.Pixels[at]));
                    var lower = source.Pixels[at + source.Width] + (fx * (source.Pixels[at + source.Width + 1] - source.Pixels[at + source.Width]));
                    seen.Pixels[(y * seen.Width) + x] = (byte)(upper + (fy * (lower - upper)) + 0.5);
                }
            }
        });
        return seen;
    }
}
