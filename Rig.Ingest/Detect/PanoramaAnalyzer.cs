using Rig.Domain.Match;

namespace Rig.Ingest.Detect;

/// <summary>
/// Turns a panorama's pictures, given in order, into tracked people and the ball's path. Knows nothing of files; the names of
/// teams and the ball come at the end (<see cref="Complete"/>), when the whole match has been seen.
/// </summary>
internal sealed class PanoramaAnalyzer
{
    private const long DriftMs = 500;

    /// <summary>Every so many drifts what stands still counts as well: about a minute until a bag is part of the ground.</summary>
    private const int DriftsToSink = 8;

    private readonly PitchView view;
    private readonly BackgroundModel background;
    private readonly Region region;
    private readonly PlayerFinder players;
    private readonly Tracker tracker;
    private readonly TeamColours colours = new();
    private readonly BallFinder balls;
    private readonly BallPath ballPath;
    private readonly byte[] mask;
    private readonly double intervalMs;
    private readonly Dictionary<long, int> frameAt = [];
    private double dueMs = double.NegativeInfinity;
    private long driftedMs;
    private int drifts;
    private int frames;
    private BallSpot?[] ballSpots = [];
    private IReadOnlyDictionary<int, string> teams = new Dictionary<int, string>();

    private readonly ILook? look;

    /// <param name="look">The learned detector; null where there is none, and then nothing of it is in the result.</param>
    public PanoramaAnalyzer(PanoramaGeometry geometry, DetectOptions options, IReadOnlyList<PanoramaFrame> samples, ILook? look = null)
    {
        this.look = look;
        view = new PitchView(geometry, options);
        background = new BackgroundModel(samples);
        region = new Region(view);
        players = new PlayerFinder(view);
        tracker = new Tracker(view);
        balls = new BallFinder(view);
        ballPath = new BallPath(view);
        mask = new byte[geometry.Width * geometry.Height];
        intervalMs = 1000 / options.Fps;
        look?.Over(region, geometry.Width, geometry.Height);
    }

    /// <returns>The frame's people where this one is due for analysis, else null.</returns>
    public TrackedFrame? Add(long timeMs, PanoramaFrame picture)
    {
        background.Foreground(picture, region, mask);
        var blobs = Blobs.Find(mask, picture.Width, picture.Height);
        // Half a millisecond of timeout for timestamps that were rounded.
        var due = timeMs >= dueMs - 0.5;
        var boxes = due ? look?.Find(timeMs, picture) : null;
        var candidates = balls.Find(blobs, picture, background.Luma);
        ballPath.Add(timeMs, boxes is null ? candidates : LearnedBalls.Join(candidates, boxes, balls));
        frames++;
        if (timeMs - driftedMs >= DriftMs)
        {
            driftedMs = timeMs;
            background.Drift(picture, mask, alsoForeground: ++drifts % DriftsToSink == 0);
        }

        if (!due)
        {
            return null;
        }

        dueMs = dueMs < timeMs - intervalMs ? timeMs + intervalMs : dueMs + intervalMs;
        frameAt[timeMs] = frames - 1;
        var people = players.Find(blobs, picture);
        tracker.Update(timeMs, boxes is null ? people : LearnedPeople.Join(people, boxes, view, picture), looked: boxes is not null);
        return new TrackedFrame(timeMs, [.. tracker.Shown.Select(track => Describe(track, timeMs))], null);
    }

    /// <summary>Call once after the last picture.</summary>
    /// <returns>In how many frames the ball is known.</returns>
    public int Finish()
    {
        teams = colours.Name();
        ballSpots = ballPath.Solve();
        return ballSpots.Count(spot => spot is not null);
    }

    /// <summary>Adds team names and the ball to a frame that <see cref="Add"/> gave.</summary>
    public TrackedFrame Complete(TrackedFrame frame)
    {
        var ball = frameAt.TryGetValue(frame.TMs, out var index) && ballSpots[index] is { } spot ? Describe(spot) : null;
        return frame with { Players = [.. frame.Players.Select(player => player with { Team = teams.GetValueOrDefault(player.Id) })], Ball = ball };
    }

    private TrackedPlayer Describe(Track track, long timeMs)
    {
        colours.Add(track, timeMs);
        var (x, y) = (track.Motion.X, track.Motion.Y);
        var predicted = track.SeenMs != timeMs;
        var last = track.Last;
        var (left, top, width, height) = (last.Left, last.Top, last.Width, last.Height);
        if (predicted && view.Geometry.TryToPixel(x, y, 0, out var u, out var v) && view.Geometry.TryToPixel(x, y, PitchView.PersonHeightM, out _, out var headV))
        {
            (height, width) = (v - headV, (v - headV) * 0.4);
            (left, top) = (u - (width / 2), headV);
        }

        var confidence = predicted ? 0.3 : Math.Min(1, 0.4 + (0.6 * last.Fill));
        return new TrackedPlayer(
            track.Id, null, Math.Round(left, 1), Math.Round(top, 1), Math.Round(width, 1), Math.Round(height, 1), Math.Round(confidence, 2), Metres(x), Metres(y), predicted);
    }

    private TrackedBall Describe(BallSpot spot)
    {
        var onGround = view.TryToGround(spot.U, spot.V, out var x, out var y, PitchView.BallDiameterM / 2);
        return new TrackedBall(Math.Round(spot.U, 1), Math.Round(spot.V, 1), spot.Confidence, onGround ? Metres(x) : null, onGround ? Metres(y) : null, spot.Predicted);
    }

    private double? Metres(double value) => view.IsRegistered ? Math.Round(value, 2) : null;
}
