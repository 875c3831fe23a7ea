using Rig.Domain.Match;
using Rig.Ingest.Detect;
using Rig.Rehearsal.Truth;
using Rig.Tests.Support;

namespace Rig.Tests.Detect;

/// <summary>Detection on the synthetic match, laid on a cylinder without stitching errors.</summary>
public sealed class PanoramaAnalyzerTests(PanoramaAnalyzerTests.Match match) : IClassFixture<PanoramaAnalyzerTests.Match>
{
    [Fact]
    public void People_are_found_where_they_are_and_nobody_else()
    {
        var (frames, _) = Follow(3, 6, fps: 10);
        var truth = frames.Select(frame => match.Panorama.Truth(frame.TMs / 1000.0)).ToList();
        var score = TruthScore.Compare(frames.Skip(5), truth, match.Panorama.Geometry, 0);
        Assert.True(score.PlayerRecall >= 0.85, score.ToString());
        Assert.True(score.PlayerPrecision >= 0.85, score.ToString());
        Assert.True(score.PositionErrorMMedian <= 0.6, score.ToString());
    }

    [Fact]
    public void Teams_are_told_apart_by_their_shirts()
    {
        var (frames, analyzer) = Follow(3, 6, fps: 10);
        var last = analyzer.Complete(frames[^1]);
        var truth = match.Panorama.Truth(last.TMs / 1000.0);
        var (all, right) = (0, 0);
        foreach (var person in truth.People.Where(person => person is { Team: "a" or "b", Number: > 1 }))
        {
            if (last.Players.MinBy(player => Math.Abs(player.X!.Value - person.X) + Math.Abs(player.Y!.Value - person.Y)) is { } player
                && Math.Abs(player.X!.Value - person.X) + Math.Abs(player.Y!.Value - person.Y) < 1.5)
            {
                all++;
                right += player.Team == person.Team ? 1 : 0;
            }
        }

        Assert.True(all >= 15 && right >= all * 0.85, $"{right} of {all}");
    }

    [Fact]
    public void The_ball_is_followed_into_the_goal()
    {
        var goal = match.Panorama.Events.First(e => e.Type == "goal");
        var (frames, analyzer) = Follow(goal.TimestampSeconds - 1.5, goal.TimestampSeconds + 1.5, fps: 30);
        var tracked = frames.Select(analyzer.Complete).ToList();
        var truth = tracked.Select(frame => match.Panorama.Truth(frame.TMs / 1000.0)).ToList();
        var score = TruthScore.Compare(tracked, truth, match.Panorama.Geometry, 0);
        Assert.True(score.BallRecall >= 0.5, score.ToString());
        var resting = tracked.Where(frame => frame.TMs / 1000.0 > goal.TimestampSeconds + 0.5 && frame.Ball is { Predicted: false }).Select(frame => frame.Ball!).ToList();
        Assert.NotEmpty(resting);
        Assert.All(resting, ball => Assert.True(ball.X is > 105 and < 108.5 && ball.Y is > 29 and < 39, ball.ToString()));
    }

    [Fact]
    public void Nobody_is_found_on_an_empty_pitch()
    {
        var random = new Random(1);
        var empty = match.Panorama.Render(0);
        var analyzer = new PanoramaAnalyzer(match.Panorama.Geometry, new DetectOptions(), [empty]);
        for (var index = 0; index < 5; index++)
        {
            var noisy = new PanoramaFrame(empty.Width, empty.Height);
            for (var at = 0; at < noisy.Data.Length; at++)
            {
                noisy.Data[at] = (byte)Math.Clamp(empty.Data[at] + random.Next(-3, 4), 0, 255);
            }

            Assert.Empty(analyzer.Add(index * 100, noisy)!.Players);
        }

        Assert.Equal(0, analyzer.Finish());
    }

    [Fact]
    public void Without_a_registered_pitch_people_are_followed_in_pixels()
    {
        var (frames, _) = Follow(4, 5, fps: 10, geometry: match.Panorama.Geometry with { Pitch = null });
        Assert.InRange(frames[^1].Players.Count, 12, 30);
        Assert.All(frames[^1].Players, player => Assert.True(player is { X: null, Y: null, Height: > 5 }));
    }

    private (List<TrackedFrame> Frames, PanoramaAnalyzer Analyzer) Follow(double fromS, double toS, int fps, PanoramaGeometry? geometry = null)
    {
        var analyzer = new PanoramaAnalyzer(geometry ?? match.Panorama.Geometry, new DetectOptions(), match.Samples);
        var frames = new List<TrackedFrame>();
        for (var index = 0; fromS + (index / (double)fps) < toS; index++)
        {
            var seconds = Math.Round(fromS + (index / (double)fps), 3);
            if (analyzer.Add((long)Math.Round(seconds * 1000), match.Panorama.Render(seconds)) is { } tracked)
            {
                frames.Add(tracked);
            }
        }

        analyzer.Finish();
        return (frames, analyzer);
    }

    /// <summary>One rendered world for all these tests.</summary>
    public sealed class Match
    {
        internal SyntheticPanorama Panorama { get; } = new(640, 360, seed: 1);

        internal IReadOnlyList<PanoramaFrame> Samples { get; }

        public Match() => Samples = [.. Enumerable.Range(0, 9).Select(index => Panorama.Render(index * 2))];
    }
}
