using System.Text.Json;
using Rig.Domain.Match;
using Rig.Rehearsal.Truth;

namespace Rig.Rehearsal.Demo;

/// <summary>Holds what the pipeline found against what the synthetic match really contained.</summary>
internal static class TruthComparison
{
    private const double EventToleranceSeconds = 2;

    /// <summary>A goal needs its aftermath in the picture; one in the last second of the recording is not expected to be found.</summary>
    private const double AftermathSeconds = 1;

    public static async Task<(DemoTruth Truth, double Within15M, double Idf1)> CompareAsync(RigApi api, DemoRig rig, string sessionId, SessionResults results, CancellationToken cancellationToken)
    {
        var (header, frames) = await ReadAsync(api, rig, sessionId, cancellationToken);
        // Panorama time to match time.
        var offset = (results.PanoramaStartMaster ?? header.MatchZeroMaster) - header.MatchZeroMaster;
        var end = frames[^1].TSeconds - AftermathSeconds;
        var expected = header.Events.Where(e => e.TimestampSeconds >= offset.TotalSeconds && e.TimestampSeconds <= end).ToList();
        var left = results.Events.ToList();
        int found = 0, goalsFound = 0;
        foreach (var truth in expected)
        {
            var match = left.Find(e => e.Type == truth.Type && Math.Abs(e.TimestampSeconds + offset.TotalSeconds - truth.TimestampSeconds) <= EventToleranceSeconds);
            if (match is not null)
            {
                left.Remove(match);
                found++;
                goalsFound += truth.Type == "goal" ? 1 : 0;
            }
        }

        var score = TruthScore.Compare(results.Tracks, frames, results.Geometry, offset.TotalSeconds);
        var balls = frames.Where(frame => frame.Ball.InView)
            .Select(frame => results.Geometry.TryToPixel(frame.Ball.X, frame.Ball.Y, frame.Ball.Z, out var u, out var v) ? (frame.TSeconds - offset.TotalSeconds, u, v) : (-1.0, 0, 0))
            .Where(ball => ball.Item1 >= 0);
        var follow = FollowScore.Of(results.FollowKeys, balls, results.Geometry);
        var truthFound = new DemoTruth(
            Math.Round(score.PlayerRecall, 3),
            Math.Round(score.PlayerPrecision, 3),
            Math.Round(score.BallRecall, 3),
            score.PositionErrorMMedian is { } metres ? Math.Round(metres, 3) : null,
            expected.Count, found, expected.Count(e => e.Type == "goal"), goalsFound);
        return (truthFound, Math.Round(follow.Within15M, 3), Math.Round(score.Idf1, 3));
    }

    /// <summary>One camera's truth is enough for the world; what each camera had in view is joined.</summary>
    private static async Task<(TruthHeader Header, IReadOnlyList<TruthFrame> Frames)> ReadAsync(RigApi api, DemoRig rig, string sessionId, CancellationToken cancellationToken)
    {
        TruthHeader? header = null;
        var cameras = new List<IReadOnlyList<TruthFrame>>();
        foreach (var cameraId in rig.CameraIds)
        {
            await using var stream = await api.OpenAsync(DemoRig.Node(cameraId), $"/api/v1/recordings/{sessionId}_{cameraId}/truth", cancellationToken)
                ?? throw new DemoException($"{cameraId} keeps no truth of its synthetic match.");
            using var reader = new StreamReader(stream);
            var frames = new List<TruthFrame>();
            if (await reader.ReadLineAsync(cancellationToken) is { } first)
            {
                header ??= JsonSerializer.Deserialize(first, MatchTruthJson.Default.TruthHeader);
            }

            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                frames.Add(JsonSerializer.Deserialize(line, MatchTruthJson.Default.TruthFrame)!);
            }

            cameras.Add(frames);
        }

        var merged = TruthScore.Merge(cameras);
        return header is not null && merged.Count > 0 ? (header, merged) : throw new DemoException("The truth of the synthetic match is empty.");
    }
}
