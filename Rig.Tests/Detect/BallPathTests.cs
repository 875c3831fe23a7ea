using Rig.Ingest.Detect;

namespace Rig.Tests.Detect;

public sealed class BallPathTests
{
    private readonly BallPath path = new(new PitchView(TestGeometry.Create(), new DetectOptions()));

    [Fact]
    public void The_ball_is_told_from_white_spots_that_come_and_go()
    {
        var random = new Random(3);
        for (var frame = 0; frame < 90; frame++)
        {
            var candidates = new List<BallCandidate> { new(500 + (frame * 8), 300, 0.8) };
            for (var noise = 0; noise < 3; noise++)
            {
                candidates.Add(new BallCandidate(random.Next(0, 3000), random.Next(200, 800), 0.6));
            }

            path.Add(frame * 33, candidates);
        }

        var spots = path.Solve();
        var right = Enumerable.Range(0, 90).Count(frame => spots[frame] is { } spot && Math.Abs(spot.U - (500 + (frame * 8))) < 2);
        Assert.True(right >= 85, $"{right} of 90");
    }

    [Fact]
    public void A_hidden_ball_is_carried_on_to_where_it_comes_out()
    {
        for (var frame = 0; frame < 60; frame++)
        {
            path.Add(frame * 33, frame is > 20 and < 35 ? [] : [new BallCandidate(500 + (frame * 5), 300, 0.9)]);
        }

        var spot = path.Solve()[28];
        Assert.True(spot is { Predicted: true });
        Assert.Equal(640, spot!.Value.U, 1.0);
    }

    [Fact]
    public void Somebody_who_fidgets_in_white_is_no_ball()
    {
        var random = new Random(5);
        for (var frame = 0; frame < 600; frame++)
        {
            path.Add(frame * 33, [new BallCandidate(800 + random.Next(-4, 5), 300 + random.Next(-4, 5), 0.9)]);
        }

        Assert.All(path.Solve(), spot => Assert.True(spot is not { Confidence: >= 0.5 }, spot.ToString()));
    }

    [Fact]
    public void The_ball_that_is_played_is_told_from_the_one_that_lies_at_the_line()
    {
        for (var frame = 0; frame < 600; frame++)
        {
            path.Add(frame * 33, [new BallCandidate(300, 320, 0.95), new BallCandidate(600 + (300 * Math.Sin(frame / 60.0)), 300, 0.7)]);
        }

        Assert.All(path.Solve().Skip(30), spot => Assert.True(spot is not { } said || said.V < 310, spot.ToString()));
    }

    [Fact]
    public void A_ball_that_is_hidden_where_it_lies_has_not_been_to_somebodys_socks()
    {
        for (var frame = 0; frame < 90; frame++)
        {
            path.Add(frame * 33, [frame is > 40 and < 55 ? new BallCandidate(516, 306, 0.55) : new BallCandidate(500 + Math.Max(0, 20 - frame), 300, 0.95)]);
        }

        var spots = path.Solve();
        Assert.True(spots[47] is { Predicted: true, U: > 495 and < 505 }, spots[47].ToString());
    }

    [Fact]
    public void A_few_spots_are_no_ball()
    {
        for (var frame = 0; frame < 30; frame++)
        {
            path.Add(frame * 33, frame == 10 ? [new BallCandidate(800, 300, 0.9)] : []);
        }

        Assert.All(path.Solve(), spot => Assert.Null(spot));
    }

    [Fact]
    public void A_session_without_frames_has_no_ball() => Assert.Empty(path.Solve());
}
