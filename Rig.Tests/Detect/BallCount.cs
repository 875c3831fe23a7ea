using Rig.Domain.Match;

namespace Rig.Tests.Detect;

/// <summary>How often the ball is where labels say, and how often what is said of it is right.</summary>
internal readonly record struct BallCount(int Seen, int Right, int Said, int RightSaid, int Sure, int RightSure)
{
    /// <summary>Panorama radians: twice the ball's size where the real ball is nearest, four times where it is farthest.</summary>
    private const double RightWithin = 0.012;

    public static BallCount Of(IEnumerable<(LabelledBall Label, (double U, double V)? At)> labels, IReadOnlyList<TrackedFrame> frames, PanoramaGeometry panorama)
    {
        var (seen, right, said, rightSaid, sure, rightSure) = (0, 0, 0, 0, 0, 0);
        foreach (var (label, at) in labels)
        {
            var ball = frames.MinBy(frame => Math.Abs(frame.TMs - label.TMs))!.Ball;
            var isRight = at is { } real && ball is not null
                && Math.Sqrt(((ball.U - real.U) * (ball.U - real.U)) + ((ball.V - real.V) * (ball.V - real.V))) <= RightWithin * panorama.FocalPx;
            seen += at is null ? 0 : 1;
            right += isRight ? 1 : 0;
            if (ball is { Predicted: false })
            {
                (said, rightSaid) = (said + 1, rightSaid + (isRight ? 1 : 0));
                (sure, rightSure) = ball.Confidence >= 0.8 ? (sure + 1, rightSure + (isRight ? 1 : 0)) : (sure, rightSure);
            }
        }

        return new BallCount(seen, right, said, rightSaid, sure, rightSure);
    }
}
