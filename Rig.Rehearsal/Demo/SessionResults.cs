using System.Text.Json;
using System.Text.Json.Nodes;
using Rig.Domain.Match;

namespace Rig.Rehearsal.Demo;

/// <summary>What the pipeline found, read from the stages' own results and the session's folder.</summary>
internal sealed record SessionResults(
    DemoStitch? Stitch, DemoDetect? Detect, DemoFollow Follow, IReadOnlyList<FollowKey> FollowKeys, IReadOnlyList<DemoEvent> Events, int Clips, IReadOnlyList<DemoRendition> Renditions, int GameId, IReadOnlyList<TrackedFrame> Tracks, PanoramaGeometry Geometry, DateTimeOffset? PanoramaStartMaster)
{
    public static async Task<SessionResults> ReadAsync(string sessionFolder, IReadOnlyDictionary<string, JsonObject> stages, CancellationToken cancellationToken)
    {
        var aligned = stages.GetValueOrDefault("aligned") ?? [];
        var stitched = stages.GetValueOrDefault("stitched") ?? [];
        var detected = stages.GetValueOrDefault("detected") ?? [];
        var pushed = stages.GetValueOrDefault("pushed") ?? [];
        var events = JsonSerializer.Deserialize(
            await File.ReadAllBytesAsync(Path.Combine(sessionFolder, "analysis", "events.json"), cancellationToken), TrackingJson.Default.IReadOnlyListMatchEvent) ?? [];
        var found = stages.GetValueOrDefault("events") ?? [];
        var follow = JsonSerializer.Deserialize(
            await File.ReadAllBytesAsync(Path.Combine(sessionFolder, "analysis", "follow.json"), cancellationToken), TrackingJson.Default.IReadOnlyListFollowKey) ?? [];
        var tracks = new List<TrackedFrame>();
        await foreach (var line in File.ReadLinesAsync(Path.Combine(sessionFolder, "analysis", "tracks.jsonl"), cancellationToken))
        {
            tracks.Add(JsonSerializer.Deserialize(line, TrackingJson.Default.TrackedFrame)!);
        }

        return new SessionResults(
            new DemoStitch(
                (int)Number(stitched, "width"),
                (int)Number(stitched, "height"),
                (long)Number(stitched, "frames"),
                Number(stitched, "fps"),
                Number(aligned, "seam_error_px_median"),
                Number(aligned, "seam_error_px_p95"),
                (aligned["sync_correction_ms"] as JsonObject ?? []).ToDictionary(p => p.Key, p => (double)p.Value!),
                (double?)aligned["pitch_error_px_median"]),
            new DemoDetect((string?)detected["detector"] ?? "", (long)Number(detected, "frames"), Number(detected, "players_median"), Number(detected, "ms_per_frame")),
            new DemoFollow(Number(found, "ball_known"), null, Number(found, "max_pan_accel_deg_s2")),
            follow,
            [.. events.Select(e => new DemoEvent(e.Type, e.TimestampSeconds, e.Confidence))],
            (int)Number(stages.GetValueOrDefault("clips") ?? [], "clips"),
            [.. (stages.GetValueOrDefault("clips")?["renditions"] as JsonArray ?? []).OfType<JsonObject>().Select(made => new DemoRendition(
                (string?)made["name"] ?? "", (string?)made["codec"] ?? "", (int)Number(made, "width"), (int)Number(made, "height"), (int)Number(made, "segments"), (long)Number(made, "bytes")))],
            (int)Number(pushed, "game_id"),
            tracks,
            PanoramaGeometry.Parse(await File.ReadAllBytesAsync(Path.Combine(sessionFolder, "stitched", "panorama.json"), cancellationToken)),
            stitched["start_time"] is { } start ? DateTimeOffset.Parse((string)start!, System.Globalization.CultureInfo.InvariantCulture) : null);
    }

    private static double Number(JsonObject result, string name) => (double?)result[name] ?? 0;
}
