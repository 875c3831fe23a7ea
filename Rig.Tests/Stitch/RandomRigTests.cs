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

/// <summary>For any turn, lens and crop of the synthetic match's cameras, the alignment finds how they stand to each other, or fails with a sentence.</summary>
public sealed class RandomRigTests(ITestOutputHelper output)
{
    private const int Width = 960;
    private const int Height = 540;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(10)]
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
            Assert.Matches("CAM_|cannot be right", e.Message);
            return;
        }

        var turned = (cameras[0].ToRig.Transposed * cameras[1].ToRig).AngleTo(truth[0].ToRig.Transposed * truth[1].ToRig) * 180 / Math.PI;
        output.WriteLine($"{figures}, {turned:F2} degrees off");
        Assert.InRange(figures.FilledShare, 0.9, 1);
        // Without any lens the scale of the whole is free within a few per cent.
        Assert.InRange(turned, 0, views[0].Lens is null ? 8 : 0.5);

        double Jitter(double spread) => ((2 * random.NextDouble()) - 1) * spread;
    }

    /// <summary>Of the left picture, what the right one shows too, where neither is black.</summary>
    private static double CommonShare(CameraModel[] truth, CameraView[] views)
    {
        var common = 0;
        var (left, right) = (views[0].Picture, views[1].Picture);
        for (var y = 0; y < left.Height; y++)
        {
            for (var x = 0; x < left.Width; x++)
            {
                common += left.Pixels[(y * left.Width) + x] > 0
                    && truth[1].TryProject(truth[0].RayOf(x, y), out var u, out var v)
                    && u >= 0 && v >= 0 && u < right.Width && v < right.Height
                    && right.Pixels[((int)v * right.Width) + (int)u] > 0 ? 1 : 0;
            }
        }

        return (double)common / (left.Width * left.Height);
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
