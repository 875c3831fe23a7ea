using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Domain.Messages;
using Rig.Hosting.Files;

namespace Rig.Ingest.Events;

/// <summary>Reads <c>analysis/tracks.jsonl</c>; writes <c>analysis/events.json</c> and <c>analysis/follow.json</c>.</summary>
internal sealed class EventStage(IOptions<EventOptions> options) : IPipelineStage
{
    public PipelineStage Stage => PipelineStage.Events;

    public async Task<JsonObject> RunAsync(StageContext context, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        var geometry = PanoramaGeometry.Parse(await File.ReadAllBytesAsync(Path.Combine(context.SessionPath, "stitched", "panorama.json"), cancellationToken));
        var analysis = Path.Combine(context.SessionPath, "analysis");
        progress.Report(new StageProgress(0, "Reading the ball's path"));
        var ball = new List<BallSample>();
        var attention = new List<Attention>();
        await foreach (var frame in TrackFile.ReadAsync(Path.Combine(analysis, "tracks.jsonl"), cancellationToken))
        {
            attention.Add(Attention.Of(frame));
            if (frame.Ball is { Predicted: false, X: { } x, Y: { } y } seen)
            {
                ball.Add(new BallSample(frame.TMs / 1000.0, seen.U, seen.V, x, y));
            }
        }

        progress.Report(new StageProgress(0.6, "Looking for goals and shots"));
        IReadOnlyList<MatchEvent> events = geometry.Pitch is null ? [] : new GoalEventDetector(geometry, options.Value).Detect(ball);
        var duration = context.Results.GetValueOrDefault(PipelineStage.Stitched)?["duration_seconds"]?.GetValue<double>()
            ?? (attention.Count > 0 ? attention[^1].TSeconds : 0);
        var follow = FollowPath.Plan(attention, geometry, duration);

        DurableFile.Write(Path.Combine(analysis, "events.json"), JsonSerializer.SerializeToUtf8Bytes(events, TrackingJson.Default.IReadOnlyListMatchEvent));
        DurableFile.Write(Path.Combine(analysis, "follow.json"), JsonSerializer.SerializeToUtf8Bytes(follow, TrackingJson.Default.IReadOnlyListFollowKey));
        var result = new JsonObject
        {
            ["events"] = events.Count,
            ["goals"] = events.Count(e => e.Type == "goal"),
            ["shots"] = events.Count(e => e.Type == "shot"),
            ["follow_keys"] = follow.Count,
            ["ball_known"] = Math.Round(attention.Count == 0 ? 0 : attention.Count(frame => frame.Ball is not null) / (double)attention.Count, 3),
            ["max_pan_accel_deg_s2"] = Math.Round(FollowPath.MaxPanAcceleration(follow), 2),
        };
        if (geometry.Pitch is null)
        {
            result["note"] = "The pitch was not recognised in the picture, so no goals or shots could be looked for.";
        }

        return result;
    }
}
