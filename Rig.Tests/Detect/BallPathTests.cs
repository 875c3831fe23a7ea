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
