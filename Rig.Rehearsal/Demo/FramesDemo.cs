using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rig.Rehearsal.Shelf;

namespace Rig.Rehearsal.Demo;

/// <summary>A still-frame camera before a drawn shelf, the home server and its worker, through a scene in which hands take things.</summary>
internal sealed class FramesDemo(DemoOptions options, DemoConsole console) : IDisposable
{
    private const string Device = "demo-shelf";
    private const string Person = "demo";
    private const string Password = "demo shelf camera";
    private const int LeastSeconds = 30;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);
    private static readonly string[] AllImages = ["pre", "during", "post", "thumb"];

    private readonly RigApi api = new();
    private readonly Uri server = new($"http://127.0.0.1:{FreePort.Next()}");
    private readonly int seed = Random.Shared.Next();
    private readonly double seconds = Math.Max(LeastSeconds, options.Seconds);

    /// <returns>0 when all was found, 1 when something was not, 130 when it was interrupted before the end.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var folder = options.KeepFolder is { } keep ? Directory.CreateDirectory(keep).FullName : Directory.CreateTempSubdirectory("rig-frames-demo-").FullName;
        var databaseFolder = Directory.CreateTempSubdirectory("rig-frames-postgres-").FullName;
        FramesSummary? summary = null;
        try
        {
            console.Title($"Rig still-frame demo: a shelf for {seconds:0} s, seed {seed}");
            await using var postgres = await PrivatePostgres.StartAsync(databaseFolder, durable: true, cancellationToken);
            await postgres.CreateDatabaseAsync("rig_ingest", cancellationToken);
            var settings = ServerSettings(folder, postgres.ConnectionString("rig_ingest"));
            await DemoProcess.RunAsync("rig-ingest", ["upgrade"], settings, folder, null, cancellationToken);
            await DemoProcess.RunAsync("rig-ingest", ["account", "add", Person, "--owner"], settings, folder, Password, cancellationToken);
            await using var ingest = DemoProcess.Start("ingest", "rig-ingest", [], settings, folder);
            await api.SignInAsync(server, Person, Password, cancellationToken).WaitAsync(StartTimeout, cancellationToken);
            console.Done("server", server.ToString());

            await using var camera = await StartCameraAsync(folder, cancellationToken);
            summary = await WatchAsync(folder, ingest, camera, cancellationToken);
            await WriteAsync(summary, cancellationToken);
            Report(summary);
            if (!options.Exit)
            {
                console.Line($"See what happened: {new Uri(server, "/frames/")} as '{Person}' with the password '{Password}'. Ctrl-C stops it.");
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            console.Line("Stopping.");
            return summary is null ? 130 : summary.Ok ? 0 : 1;
        }
        catch (Exception failure) when (failure is DemoException or TimeoutException or HttpRequestException or InvalidOperationException or IOException)
        {
            console.Problem(failure.Message);
            await WriteAsync(new FramesSummary(false, null, [], null, [failure.Message]), CancellationToken.None);
            return 1;
        }
        finally
        {
            Directory.Delete(databaseFolder, recursive: true);
            if (options.KeepFolder is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return summary.Ok ? 0 : 1;
    }

    public void Dispose() => api.Dispose();

    private async Task<DemoProcess> StartCameraAsync(string folder, CancellationToken cancellationToken)
    {
        var made = await api.PostAsync(server, "/api/v1/admin/devices", new JsonObject { ["device_id"] = Device, ["display_name"] = "The demo's shelf" }, cancellationToken);
        await api.PostAsync(
            server,
            $"/api/v1/admin/devices/{Device}/config",
            new JsonObject { ["capture_interval_s"] = 1, ["burst_fps"] = 3, ["poll_interval_s"] = 0.5, ["burst_cooldown_s"] = 2, ["burst_duration_s"] = 6, ["interaction_end_timeout_s"] = 2 },
            cancellationToken);
        var regions = ShelfScript.Demo(seed, ShelfCommand.FirstActionSec, seconds).Regions;
        await api.PostAsync(server, $"/api/v1/admin/devices/{Device}/rois", new JsonObject { ["interaction"] = Json(regions.Interaction), ["inventory"] = Json(regions.Inventory), ["ignore"] = new JsonArray() }, cancellationToken);
        var key = Path.Combine(folder, "device.key");
        await File.WriteAllTextAsync(key, (string)made["device_key"]! + "\n", cancellationToken);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        console.Done("device", $"{Device} has its key");
        return DemoProcess.Start(
            "camera",
            "rig-rehearsal",
            ["frames", seed.ToString(CultureInfo.InvariantCulture), seconds.ToString(CultureInfo.InvariantCulture), TruthFile(folder)],
            new Dictionary<string, string>
            {
                ["Rig__FrameDevice__DeviceId"] = Device,
                ["Rig__FrameDevice__Server"] = server.ToString(),
                ["Rig__FrameDevice__KeyFile"] = key,
                ["Rig__FrameDevice__StatePath"] = Path.Combine(folder, "camera"),
                ["Rig__FrameDevice__HeartbeatInterval"] = "00:00:01",
                ["Rig__Camera__Source"] = "pattern",
            },
            folder);

        static JsonObject Json(Rig.Domain.Frames.Region region) => new() { ["x"] = region.X, ["y"] = region.Y, ["w"] = region.W, ["h"] = region.H };
    }

    /// <summary>Until the scene is over, all its pictures are on the server and all of them are analysed.</summary>
    private async Task<FramesSummary> WatchAsync(string folder, DemoProcess ingest, DemoProcess camera, CancellationToken cancellationToken)
    {
        var timeout = TimeSpan.FromSeconds(seconds) + StartTimeout;
        var until = TimeProvider.System.GetTimestamp();
        while (true)
        {
            foreach (var process in new[] { ingest, camera })
            {
                if (process.HasExited)
                {
                    throw new DemoException($"{process.Name} ended unexpectedly. Its log ends with:\n{process.Tail()}");
                }
            }

            if (TimeProvider.System.GetElapsedTime(until) > timeout)
            {
                throw new DemoException($"The pictures were not all analysed in {timeout.TotalSeconds:0} s. The camera's log ends with:\n{camera.Tail()}");
            }

            var device = (await api.TryGetAsync(server, $"/api/v1/admin/devices/{Device}", cancellationToken))?["device"];
            var health = device?["health"];
            var isOver = ((string?)health?["error"])?.Contains("scene is over", StringComparison.Ordinal) == true;
            console.Progress("film", null, $"{(string?)device?["capture_mode"]}, {(long?)device?["last_seq"] + 1} pictures stored, {(long?)device?["waiting"]} waiting");
            if (isOver && (int?)health?["spooled_frames"] == 0 && (long?)device?["waiting"] == 0)
            {
                return await JudgeAsync(folder, (long)health!["sent_frames"]!, cancellationToken);
            }

            await Task.Delay(Poll, cancellationToken);
        }
    }

    private async Task<FramesSummary> JudgeAsync(string folder, long sent, CancellationToken cancellationToken)
    {
        var board = await api.TryGetAsync(server, "/api/v1/admin/dashboard", cancellationToken) ?? throw new DemoException("The server's dashboard does not answer.");
        var found = (await api.TryGetAsync(server, "/api/v1/admin/events?limit=200", cancellationToken))?["events"]?.AsArray() ?? throw new DemoException("The server's events do not answer.");
        var begin = JsonSerializer.Deserialize<DateTimeOffset>(await File.ReadAllTextAsync(TruthFile(folder), cancellationToken));
        var actions = ShelfScript.Demo(seed, ShelfCommand.FirstActionSec, seconds).Actions;
        var open = actions.SelectMany(action => new[] { (Type: "interaction_detected", Action: action), (Type: "stock_changed", Action: action) }).ToList();
        var (expected, wrong) = (open.Count, 0);
        foreach (var one in found)
        {
            var at = ((DateTimeOffset)one!["started_at"]! - begin).TotalSeconds;
            var match = open.FindIndex(wanted => wanted.Type == (string)one["event_type"]! && at >= wanted.Action.StartSec - 1 && at <= wanted.Action.EndSec + 6);
            if (match < 0)
            {
                wrong++;
            }
            else
            {
                open.RemoveAt(match);
            }
        }

        var events = found.Reverse().Select(one => new FramesEvent(
            (string)one!["event_type"]!, (string)one["device_id"]!, (double)one["confidence"]!, [.. one["images"]!.AsArray().Select(role => (string)role!)])).ToList();
        var frames = new FramesCount(sent, (long)board["database"]!["captures"]!, (long)board["ingest"]!["duplicates"]!);
        var truth = new FramesTruth(expected, expected - open.Count, wrong);
        List<string> problems =
        [
            .. frames.Sent != frames.Stored ? [$"The camera sent {frames.Sent} pictures and the server stored {frames.Stored}."] : Array.Empty<string>(),
            .. open.Select(missed => $"The {missed.Type} at {missed.Action.StartSec:0} s was not found."),
            .. wrong > 0 ? [$"{wrong} events were found that did not happen."] : Array.Empty<string>(),
            .. events.Where(one => AllImages.Except(one.Images).Any()).Select(one => $"An event {one.Type} lacks pictures."),
        ];
        return new FramesSummary(problems.Count == 0, frames, events, truth, problems);
    }

    private void Report(FramesSummary summary)
    {
        console.Done("frames", $"{summary.Frames!.Sent} sent, {summary.Frames.Stored} stored, {summary.Frames.Duplicates} twice");
        console.Done("events", $"{summary.Truth!.Found} of {summary.Truth.Expected} found, {summary.Truth.False} false");
        foreach (var problem in summary.Problems)
        {
            console.Problem(problem);
        }
    }

    private async Task WriteAsync(FramesSummary summary, CancellationToken cancellationToken)
    {
        if (options.JsonFile is { } file)
        {
            await File.WriteAllBytesAsync(file, JsonSerializer.SerializeToUtf8Bytes(summary, FramesJson.Default.FramesSummary), cancellationToken);
        }
    }

    private static string TruthFile(string folder) => Path.Combine(folder, "scene-began.json");

    private Dictionary<string, string> ServerSettings(string folder, string database) => new()
    {
        ["Rig__Server__Host"] = "127.0.0.1",
        ["Rig__Server__Port"] = server.Port.ToString(CultureInfo.InvariantCulture),
        ["Rig__Storage__SessionsPath"] = Path.Combine(folder, "sessions"),
        ["Rig__Storage__ProcessingPath"] = Path.Combine(folder, "processing"),
        ["Rig__Storage__TempPath"] = Path.Combine(folder, "temp"),
        ["Rig__Storage__MinFreeSpaceGb"] = "0",
        ["Rig__Trust__Directory"] = Path.Combine(folder, "trust"),
        ["Rig__Operations__Enabled"] = "false",
        ["Rig__Database__ConnectionString"] = database,
        ["Rig__Frames__Path"] = Path.Combine(folder, "frames"),
        ["Rig__Frames__MinFreeSpaceGb"] = "0",
        ["Rig__Frames__ReorderWindow"] = "00:00:00.3",
        ["Rig__Frames__PollInterval"] = "00:00:01",
        ["Rig__Frames__MaxRequestsPerSecond"] = "50",
    };
}
