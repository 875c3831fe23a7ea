using System.Globalization;
using System.Text.Json.Nodes;

namespace Rig.Rehearsal.Demo;

/// <summary>Follows one session on the home server until it is offloaded, and then from stage to stage.</summary>
internal sealed class SessionWatch(RigApi api, DemoRig rig, string sessionId, DemoConsole console)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly string[] Order = ["Received", "Verified", "Aligned", "Stitched", "Detected", "Events", "Clips", "Pushed"];
    private readonly HashSet<string> reported = [];

    /// <summary>What each finished stage returned, by the stage's name in lower case.</summary>
    public Dictionary<string, JsonObject> StageResults { get; } = [];

    /// <param name="StartSpreadMs">Over the first takes.</param>
    public sealed record Takes(IReadOnlyList<DemoCamera> Cameras, double StartSpreadMs, bool AllVerified, bool AllConfirmed);

    /// <summary>Until every camera's takes are verified on the server and confirmed on the node.</summary>
    public async Task<Takes> OffloadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            rig.EnsureRunning();
            var session = await api.TryGetAsync(rig.Ingest, $"/api/v1/sessions/{sessionId}", cancellationToken);
            var takes = session?["takes"]?.AsArray() ?? [];
            var bytes = takes.Sum(t => (long?)t?["received_bytes"] ?? 0);
            var size = takes.Sum(t => (long?)t?["size_bytes"] ?? 0);
            var verified = takes.Count(t => (bool?)t?["verified"] == true);
            console.Progress("offload", size > 0 ? (double)bytes / size : 0, $"{bytes / 1e6:0.0} of {size / 1e6:0.0} MB, {verified} takes verified");
            if (rig.CameraIds.All(id => takes.Any(t => (string?)t?["camera_id"] == id && (bool?)t?["verified"] == true)) && await AllConfirmedAsync(cancellationToken))
            {
                return Read(takes);
            }

            await Task.Delay(Poll, cancellationToken);
        }
    }

    /// <summary>Until the named stage is done; each stage is reported as it ends.</summary>
    /// <exception cref="DemoException">A stage failed; the message is the stage's own.</exception>
    public async Task ProcessAsync(string stage, CancellationToken cancellationToken)
    {
        while (true)
        {
            rig.EnsureRunning();
            var session = await api.TryGetAsync(rig.Ingest, $"/api/v1/sessions/{sessionId}", cancellationToken);
            foreach (var item in (session?["stages"]?.AsArray() ?? []).OfType<JsonObject>())
            {
                Report(item);
            }

            if (reported.Contains(stage.ToLowerInvariant()))
            {
                return;
            }

            await Task.Delay(Poll, cancellationToken);
        }
    }

    private void Report(JsonObject stage)
    {
        var name = ((string?)stage["stage"] ?? "").ToLowerInvariant();
        switch ((string?)stage["status"])
        {
            case "done" when Array.Exists(Order, o => o.Equals(name, StringComparison.OrdinalIgnoreCase)):
                if (reported.Add(name))
                {
                    StageResults[name] = stage["result"]?.DeepClone().AsObject() ?? [];
                    if (StageResults[name].Count > 0)
                    {
                        console.Done(name, string.Join(", ", StageResults[name].Where(p => p.Value is JsonValue).Select(p => $"{p.Key} {p.Value}")));
                    }
                }

                break;
            case "failed":
                throw new DemoException($"The stage '{name}' failed: {(string?)stage["error"]}");
            case "running":
                console.Progress(name, (double?)stage["progress"] ?? 0, (string?)stage["message"] ?? "");
                break;
            default:
                break;
        }
    }

    private async Task<bool> AllConfirmedAsync(CancellationToken cancellationToken)
    {
        foreach (var cameraId in rig.CameraIds)
        {
            var list = await api.TryGetAsync(DemoRig.Node(cameraId), $"/api/v1/recordings?session_id={sessionId}", cancellationToken);
            var recordings = list?["recordings"]?.AsArray() ?? [];
            if (recordings.Count == 0 || recordings.Any(r => (bool?)r?["offloaded"] != true))
            {
                return false;
            }
        }

        return true;
    }

    private Takes Read(JsonArray takes)
    {
        var cameras = new List<DemoCamera>();
        var starts = new List<DateTimeOffset>();
        foreach (var group in takes.OfType<JsonObject>().GroupBy(t => (string)t["camera_id"]!).OrderBy(g => rig.CameraIds.ToList().IndexOf(g.Key)))
        {
            var manifests = group.OrderBy(t => (int?)t["take"] ?? 1).Select(t => t["manifest"]!.AsObject()).ToList();
            var timing = manifests[0]["timing"]!;
            var start = Time(timing["start_time"]);
            starts.Add(start);
            cameras.Add(new DemoCamera(
                group.Key,
                manifests.Sum(m => (long?)m["video"]?["frames"] ?? 0),
                manifests.Sum(m => (long?)m["quality"]?["dropped_frames"] ?? 0),
                manifests.Sum(m => (double)m["video"]!["duration_sec"]!),
                manifests.Sum(m => (long)m["file"]!["size_bytes"]!),
                (string)manifests[0]["checksum"]!["value"]!,
                timing["scheduled_start"] is { } scheduled ? Math.Round((start - Time(scheduled)).TotalMilliseconds, 2) : 0,
                manifests.Count));
        }

        return new Takes(cameras, Math.Round((starts.Max() - starts.Min()).TotalMilliseconds, 2), takes.All(t => (bool?)t?["verified"] == true), AllConfirmed: true);
    }

    private static DateTimeOffset Time(JsonNode? node) => DateTimeOffset.Parse((string)node!, CultureInfo.InvariantCulture);
}
