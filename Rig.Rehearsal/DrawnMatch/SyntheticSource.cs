using Rig.CameraNode.Imaging;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Rehearsal.Truth;

namespace Rig.Rehearsal.DrawnMatch;

/// <summary>
/// Draws a soccer match as one camera of a three-camera rig sees it, and writes down what was really there
/// (docs/design/synthetic-match.md). The same seed gives the same pixels at the same instant.
/// </summary>
public sealed class SyntheticSource : IFrameSource
{
    private readonly CameraModel camera;
    private readonly Yuv420Frame backdrop;
    private readonly SyntheticMatch match;
    private readonly SensorNoise noise;
    private readonly int seed;
    private readonly Figure[] figures = new Figure[SyntheticMatch.People];
    private readonly List<Placed> placed = new(SyntheticMatch.People);
    private TruthWriter? truth;
    private long idleFrames;

    /// <exception cref="ArgumentException">The synthetic rig has no such camera, or the size is odd.</exception>
    public SyntheticSource(CameraId camera, int width, int height, int fps, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fps, 1);
        (Width, Height, Fps, this.seed) = (width, height, fps, seed);
        this.camera = SyntheticRig.Camera(camera, width, height, seed);
        backdrop = Backdrop.Render(this.camera, width, height);
        match = new SyntheticMatch(seed);
        noise = new SensorNoise(unchecked(seed + (int)SyntheticRig.YawDeg(camera)));
    }

    public string Model => "Synthetic match";

    public int Width { get; }

    public int Height { get; }

    public int Fps { get; }

    public ManifestLens? Lens => camera.Lens;

    public void BeginTake(string truthPath, DateTimeOffset matchZeroMaster)
    {
        EndTake();
        truth = new TruthWriter(truthPath, new TruthHeader(seed, PitchPlan.LengthM, PitchPlan.WidthM, matchZeroMaster, match.Plan.Events));
    }

    public void Fill(Yuv420Frame frame, TimeSpan? sinceMatchZero)
    {
        backdrop.Data.CopyTo(frame.Data, 0);
        var ball = Pose(sinceMatchZero);
        var painter = new FigurePainter(camera, new Canvas(frame));
        placed.Clear();
        foreach (var figure in figures)
        {
            if (painter.TryPlace(figure, out var place))
            {
                placed.Add(place);
            }
        }

        placed.Sort(static (a, b) => b.Distance.CompareTo(a.Distance));
        Draw(painter, ball);
        var instant = sinceMatchZero ?? TimeSpan.FromSeconds(-idleFrames / (double)Fps);
        noise.AddTo(frame.Y, Width, (long)Math.Round(instant.TotalSeconds * Fps));
        if (truth is not null && sinceMatchZero is { } t)
        {
            truth.Add(Truth(t.TotalSeconds, ball));
        }
    }

    public void EndTake()
    {
        truth?.Dispose();
        truth = null;
    }

    public void Dispose() => EndTake();

    private Vector3D Pose(TimeSpan? sinceMatchZero)
    {
        if (sinceMatchZero is { } t)
        {
            return match.At(t.TotalSeconds, figures);
        }

        // Waiting for the whistle: in formation, shifting from foot to foot.
        var ball = match.At(0, figures);
        var idleS = idleFrames++ / (double)Fps;
        for (var id = 0; id < figures.Length; id++)
        {
            figures[id] = figures[id] with { X = figures[id].X + (0.12 * Math.Sin((idleS * 1.3) + id)), Y = figures[id].Y + (0.1 * Math.Sin((idleS * 0.9) + (id * 2))) };
        }

        return ball;
    }

    private void Draw(FigurePainter painter, Vector3D ball)
    {
        foreach (var place in placed)
        {
            painter.Shadow(place);
        }

        painter.BallShadow(ball);
        var ballDistance = (ball - camera.Center).Length;
        var ballDrawn = false;
        foreach (var place in placed)
        {
            if (!ballDrawn && place.Distance < ballDistance)
            {
                painter.Ball(ball);
                ballDrawn = true;
            }

            painter.Person(place);
        }

        if (!ballDrawn)
        {
            painter.Ball(ball);
        }
    }

    private TruthFrame Truth(double timeS, Vector3D ball)
    {
        var people = new TruthPerson[figures.Length];
        foreach (var figure in figures)
        {
            people[figure.Id] = new TruthPerson(figure.Id, figure.Team, figure.Number, Centimetres(figure.X), Centimetres(figure.Y), false);
        }

        var (ballDistance, u, v) = ((ball - camera.Center).Length, 0.0, 0.0);
        var ballInView = camera.TryProject(ball, out u, out v) && u >= 0 && v >= 0 && u <= Width - 1 && v <= Height - 1;
        foreach (var place in placed)
        {
            people[place.Figure.Id] = people[place.Figure.Id] with { InView = place.Visible(Width, Height) >= 0.5 };
            ballInView &= place.Distance > ballDistance || u < place.Left || u > place.Right || v < place.Top || v > place.Bottom;
        }

        return new TruthFrame(Math.Round(timeS, 4), people, new TruthBall(Centimetres(ball.X), Centimetres(ball.Y), Centimetres(ball.Z), ballInView));
    }

    private static double Centimetres(double metres) => Math.Round(metres, 2);
}
