using Rig.CameraNode.Imaging;
using Rig.Domain.Identity;
using Rig.Domain.Match;
using Rig.Ingest.Detect;
using Rig.Rehearsal.DrawnMatch;
using Rig.Rehearsal.Truth;

namespace Rig.Tests.Support;

/// <summary>
/// The synthetic match laid on a cylinder with the cameras' true poses: a stitch without any error, for tests of what comes after it.
/// </summary>
internal sealed class SyntheticPanorama
{
    private readonly SyntheticSource[] sources;
    private readonly Yuv420Frame[] frames;
    private readonly (byte Camera, float U, float V)[] map;
    private readonly SyntheticMatch match;
    private readonly Figure[] figures = new Figure[SyntheticMatch.People];

    public SyntheticPanorama(int cameraWidth, int cameraHeight, int seed, double fromDown = -0.14, double toDown = 0.76)
    {
        CameraId[] ids = [CameraId.Left, CameraId.Center, CameraId.Right];
        sources = [.. ids.Select(id => new SyntheticSource(id, cameraWidth, cameraHeight, 30, seed))];
        frames = [.. ids.Select(_ => new Yuv420Frame(cameraWidth, cameraHeight))];
        match = new SyntheticMatch(seed);
        var cameras = ids.Select(id => SyntheticRig.Camera(id, cameraWidth, cameraHeight, seed)).ToArray();
        var focal = cameras[0].Lens.Fx;
        var width = 2 * (int)(focal * 87 * Math.PI / 180);
        var height = 2 * (int)(focal * (toDown - fromDown) / 2);
        var mast = SyntheticRig.MastTop;
        Geometry = new PanoramaGeometry
        {
            Width = width,
            Height = height,
            FocalPx = focal,
            CenterColumn = (width - 1) / 2.0,
            HorizonRow = -fromDown * focal,
            Pitch = new PitchRegistration(PitchPlan.LengthM, PitchPlan.WidthM, mast.X, mast.Y, mast.Z, [1, 0, 0, 0, 0, 1, 0, -1, 0], 0, "points"),
        };
        map = new (byte, float, float)[width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var yaw = Geometry.YawOf(x);
                var camera = yaw < -28 * Math.PI / 180 ? 0 : yaw < 28 * Math.PI / 180 ? 1 : 2;
                var direction = new Vector3D(Math.Sin(yaw), Math.Cos(yaw), -(y - Geometry.HorizonRow) / focal);
                map[(y * width) + x] = cameras[camera].TryProjectDirection(direction, out var u, out var v) ? ((byte)camera, (float)u, (float)v) : ((byte)camera, -9, -9);
            }
        }
    }

    public PanoramaGeometry Geometry { get; }

    public IReadOnlyList<TruthEvent> Events => match.Plan.Events;

    public TruthFrame Truth(double seconds)
    {
        var ball = match.At(seconds, figures);
        return new TruthFrame(
            seconds,
            [.. figures.Select(figure => new TruthPerson(figure.Id, figure.Team, figure.Number, figure.X, figure.Y, true))],
            new TruthBall(ball.X, ball.Y, ball.Z, true));
    }

    public PanoramaFrame Render(double seconds)
    {
        for (var index = 0; index < sources.Length; index++)
        {
            sources[index].Fill(frames[index], TimeSpan.FromSeconds(seconds));
        }

        var picture = new PanoramaFrame(Geometry.Width, Geometry.Height);
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                var index = (y * picture.Width) + x;
                var (camera, u, v) = map[index];
                var frame = frames[camera];
                picture.Data[index] = Bilinear(frame.Y, frame.Width, frame.Height, u, v, 16);
                if (((x | y) & 1) == 0)
                {
                    var chroma = (picture.Width * picture.Height) + picture.ChromaIndex(x, y);
                    picture.Data[chroma] = Bilinear(frame.U, frame.Width / 2, frame.Height / 2, u / 2, v / 2, 128);
                    picture.Data[chroma + (picture.Width * picture.Height / 4)] = Bilinear(frame.V, frame.Width / 2, frame.Height / 2, u / 2, v / 2, 128);
                }
            }
        }

        return picture;
    }

    private static byte Bilinear(ReadOnlySpan<byte> plane, int width, int height, float u, float v, byte outside)
    {
        if (u < 0 || v < 0 || u >= width - 1 || v >= height - 1)
        {
            return outside;
        }

        var (x, y) = ((int)u, (int)v);
        var (fx, fy) = (u - x, v - y);
        var at = (y * width) + x;
        var top = plane[at] + ((plane[at + 1] - plane[at]) * fx);
        var bottom = plane[at + width] + ((plane[at + width + 1] - plane[at + width]) * fx);
        return (byte)(top + ((bottom - top) * fy) + 0.5f);
    }
}
