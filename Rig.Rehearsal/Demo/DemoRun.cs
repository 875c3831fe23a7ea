using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Rig.Domain.Recordings;

namespace Rig.Rehearsal.Demo;

/// <summary>
/// The whole main job once: start the rig, film, stop, and then only watch how the match finds its way to the viewer by itself.
/// </summary>
internal sealed class DemoRun(DemoOptions options, DemoConsole console) : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>All cameras stop at one instant, this long after they are told (Rig:Session:StopLead).</summary>
    private static readonly TimeSpan StopLead = TimeSpan.FromSeconds(0.5);

    /// <summary>Without any progress. A machine that is busy with other things takes its time, and is no reason to fail.</summary>
    private static readonly TimeSpan StallTimeout = TimeSpan.FromMinutes(5);

    /// <summary>A start that no camera could follow in time leaves nothing behind, and is repeated.</summary>
    private const int StartAttempts = 5;

    /// <summary>A follow camera that had a ball for less of the time was not one.</summary>
    private const double BallKnownMin = 0.5;

    private readonly DemoSummary summary = new();
    private readonly RigApi api = new();
    private bool pitchFound;

    /// <returns>0 when everything verified, 1 when something did not, 130 when it was interrupted before the end.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.StartNew();
        if (options.KeepFolder is { } wanted && Directory.Exists(wanted) && Directory.EnumerateFileSystemEntries(wanted).Any())
        {
            console.Problem($"--keep: '{wanted}' is not empty. Empty it or name another folder.");
            return 2;
        }

        var folder = options.KeepFolder is { } keep ? Directory.CreateDirectory(keep).FullName : Directory.CreateTempSubdirectory("rig-demo-").FullName;
        var interrupted = false;
        try
        {
            await using var rig = new DemoRig(options, folder);
            try
            {
                await ChainAsync(rig, cancellationToken);
                summary.Seconds.Total = Math.Round(started.Elapsed.TotalSeconds + summary.Seconds.Setup, 1);
                await WriteSummaryAsync(CancellationToken.None);
                Report(rig);
                if (!options.Exit)
                {
                    console.Line("Everything stays up. Ctrl-C stops it and leaves nothing behind.");
                    await StayUpAsync(rig, cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                interrupted = summary.Seconds.Total == 0;
                console.Line("Stopping.");
            }
        }
        catch (Exception failure) when (failure is DemoException or TimeoutException or HttpRequestException or InvalidOperationException or NpgsqlException or IOException)
        {
            summary.Problems.Add(failure.Message);
            console.Problem(failure.Message);
            await WriteSummaryAsync(CancellationToken.None);
        }
        finally
        {
            if (options.KeepFolder is null)
            {
                Directory.Delete(folder, recursive: true);
            }
            else
            {
                console.Line($"Data and logs are kept in {folder}.");
            }
        }

        return interrupted ? 130 : summary.Ok ? 0 : 1;
    }

    public void Dispose() => api.Dispose();

    private async Task ChainAsync(DemoRig rig, CancellationToken cancellationToken)
    {
        summary.Mode = options.Mode.ToString();
        summary.Source = options.FootageFolder is null ? "synthetic" : "footage";
        summary.Seconds.Setup = double.TryParse(Environment.GetEnvironmentVariable("RIG_DEMO_SETUP_SECONDS"), CultureInfo.InvariantCulture, out var setup) ? setup : 0;

        console.Title($"Rig demo: {rig.CameraIds.Count} cameras, {options.Mode}, {summary.Source}, {options.Seconds} s");
        var clock = Stopwatch.StartNew();
        await rig.StartAsync(what => console.Progress("start", null, what), cancellationToken);
        await api.SignInAsync(rig.Ingest, DemoRig.LoginEmail, rig.LoginPassword, cancellationToken).WaitAsync(StallTimeout, cancellationToken);
        await ClusterAsync(rig, cancellationToken);
        summary.Seconds.Cluster = Lap(clock);

        var sessionId = await RecordAsync(rig, cancellationToken);
        summary.SessionId = sessionId;
        summary.Seconds.Record = Lap(clock);

        var watch = new SessionWatch(api, rig, sessionId, console);
        var takes = await watch.OffloadAsync(cancellationToken);
        var offloadSeconds = Lap(clock);
        summary.Seconds.Offload = offloadSeconds;
        summary.Cameras = takes.Cameras;
        summary.StartSpreadMs = takes.StartSpreadMs;
        summary.Offload = new DemoOffload(takes.Cameras.Sum(c => c.SizeBytes), offloadSeconds, takes.AllVerified, takes.AllConfirmed);
        console.Done("offload", $"{takes.Cameras.Count} takes, {summary.Offload.Bytes / 1e6:0.0} MB verified and confirmed");

        await watch.ProcessAsync("Clips", cancellationToken);
        summary.Seconds.Process = Lap(clock);
        await watch.ProcessAsync("Pushed", cancellationToken);
        summary.Seconds.Push = Lap(clock);

        var results = await SessionResults.ReadAsync(rig.SessionFolder(sessionId), watch.StageResults, cancellationToken);
        summary.Stitch = results.Stitch;
        summary.Detect = results.Detect;
        summary.Follow = results.Follow;
        pitchFound = results.Geometry.Pitch is not null;
        summary.Events = results.Events;
        summary.Clips = results.Clips;
        if (options.FootageFolder is null)
        {
            (summary.Truth, var near, var idf1) = await TruthComparison.CompareAsync(api, rig, sessionId, results, cancellationToken);
            summary.Follow = results.Follow with { Within15M = near };
            summary.Tracking = new DemoTracking(idf1);
        }

        summary.Renditions = results.Renditions;
        var visit = await ViewerVisit.WatchAsync(rig.Viewer, results.GameId, DemoRig.LoginEmail, rig.LoginPassword, cancellationToken);
        (summary.AnonymousUrlsTried, summary.AnonymousUrlsRefused) = (visit.StrangerTried, visit.StrangerRefused);
        summary.Viewer = new DemoViewer($"{rig.Viewer}games/{results.GameId}", results.GameId, visit.WithLogin, visit.Anonymous);
        Judge();
    }

    private async Task ClusterAsync(DemoRig rig, CancellationToken cancellationToken)
    {
        var timeout = Stopwatch.StartNew();
        var waitedFor = "";
        while (true)
        {
            rig.EnsureRunning();
            var status = await api.TryGetAsync(rig.Field, "/api/v1/coordinator/status", cancellationToken);
            var ingest = await api.TryGetAsync(rig.Ingest, "/api/v1/health", cancellationToken);
            var viewer = await api.TryGetAsync(rig.Viewer, "/health", cancellationToken);
            var online = (int?)status?["summary"]?["cameras_online"] ?? 0;
            var preflight = online == rig.CameraIds.Count ? await api.TryGetAsync(rig.Field, "/api/v1/coordinator/preflight", cancellationToken) : null;
            var members = (int?)ingest?["cluster_members"] ?? 0;
            if ((bool?)preflight?["passed"] == true && members == rig.CameraIds.Count + 1 && viewer is not null)
            {
                console.Done("cluster", $"{online} cameras and the home server are one cluster; preflight passed");
                return;
            }

            console.Progress("cluster", null, $"{online} of {rig.CameraIds.Count} cameras, {members} members");
            var waiting = Waiting(preflight, online, members);
            if (waiting != waitedFor)
            {
                waitedFor = waiting;
                timeout.Restart();
            }

            if (timeout.Elapsed > StallTimeout)
            {
                throw new DemoException($"The rig did not become ready, and nothing of it changed for {StallTimeout.TotalSeconds:0} s. {waiting}");
            }

            await Task.Delay(Poll, cancellationToken);
        }
    }

    private static string Waiting(JsonNode? preflight, int online, int members)
    {
        var failed = (preflight?["checks"]?.AsArray() ?? []).Where(c => (bool?)c?["passed"] == false).Select(c => $"{(string?)c?["camera_id"]} {(string?)c?["message"]}".Trim());
        return $"{online} cameras answered, the home server sees {members} members. {string.Join(' ', failed)}";
    }

    private async Task<string> RecordAsync(DemoRig rig, CancellationToken cancellationToken)
    {
        var reply = await StartAsync(rig, cancellationToken);
        var sessionId = (string?)reply["session_id"] ?? throw new DemoException($"The start gave no session: {reply.ToJsonString()}");
        var scheduled = DateTimeOffset.Parse((string)reply["scheduled_start"]!, CultureInfo.InvariantCulture);
        var end = scheduled + TimeSpan.FromSeconds(options.Seconds) - StopLead;
        while (TimeProvider.System.GetUtcNow() < end)
        {
            rig.EnsureRunning();
            var elapsed = (TimeProvider.System.GetUtcNow() - scheduled).TotalSeconds;
            var status = await api.TryGetAsync(rig.Field, "/api/v1/coordinator/status", cancellationToken);
            var recording = status?["cameras"]?.AsArray().Count(c => (bool?)c?["recording"]?["is_recording"] == true || (string?)c?["state"] == "recording") ?? 0;
            console.Progress("record", Math.Max(0, elapsed / options.Seconds), $"{Math.Max(0, elapsed):0.0} of {options.Seconds} s, {recording} cameras recording");
            var left = end - TimeProvider.System.GetUtcNow();
            await Task.Delay(left > Poll ? Poll : left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
        }

        await api.PostAsync(rig.Field, "/api/v1/coordinator/stop", [], cancellationToken);
        console.Done("record", $"session {sessionId}, {options.Seconds} s");
        return sessionId;
    }

    private async Task<JsonNode> StartAsync(DemoRig rig, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await api.PostAsync(rig.Field, "/api/v1/coordinator/start", [], cancellationToken);
            }
            catch (DemoException refused) when (attempt < StartAttempts && refused.Code is ProblemCodes.StartFailed or ProblemCodes.NotReady)
            {
                rig.EnsureRunning();
                console.Progress("record", null, $"no camera could start in time, attempt {attempt + 1}");
            }
        }
    }

    private void Judge()
    {
        void Require(bool condition, string problem)
        {
            if (!condition)
            {
                summary.Problems.Add(problem);
            }
        }

        Require(summary.Offload is { AllVerified: true, AllConfirmed: true }, "Not every recording was verified and confirmed.");
        Require(summary.Cameras.All(c => c.Frames > 0), "A camera recorded no frames.");
        foreach (var camera in summary.Cameras)
        {
            // What the clock says was filmed, should nobody have counted what is missing.
            var missing = Math.Max(camera.DroppedFrames, (long)Math.Round(camera.DurationSec * options.Mode.Fps) - camera.Frames);
            var loss = FrameLoss.Of(camera.Frames, missing);
            Require(loss is null, $"{camera.CameraId} {loss}, more than 1 %: this machine does not sustain {options.Mode}. Try a smaller --mode.");
        }

        Require(summary.Stitch is { Frames: > 0 }, "There is no panorama.");
        Require(pitchFound, "The pitch was not found in the picture: there are no positions in metres, and goals and shots were not looked for.");
        Require(summary.Follow is { BallKnown: >= BallKnownMin }, string.Create(CultureInfo.InvariantCulture, $"The follow camera had no ball for more than half of the time: it was known in {summary.Follow?.BallKnown:P0} of the frames."));
        Require(summary.Viewer is { PanoramaStatus: 206 }, $"The viewer answered {summary.Viewer?.PanoramaStatus} instead of 206 to a logged-in parent.");
        Require(summary.Viewer is { AnonymousStatus: 401 }, $"The viewer answered {summary.Viewer?.AnonymousStatus} instead of 401 to a stranger.");
        Require(summary.AnonymousUrlsTried > 0 && summary.AnonymousUrlsRefused == summary.AnonymousUrlsTried, $"{summary.AnonymousUrlsRefused} of {summary.AnonymousUrlsTried} addresses were refused to a stranger.");
        Require(summary.Truth is null || summary.Truth.GoalsFound == summary.Truth.GoalsExpected, $"{summary.Truth?.GoalsFound} of {summary.Truth?.GoalsExpected} goals were found.");
        summary.Ok = summary.Problems.Count == 0;
    }

    private void Report(DemoRig rig)
    {
        foreach (var problem in summary.Problems)
        {
            console.Problem(problem);
        }

        if (summary.Truth is { } truth)
        {
            console.Done("truth", string.Create(CultureInfo.InvariantCulture, $"players: recall {truth.PlayerRecall:0.00}, precision {truth.PlayerPrecision:0.00}, {truth.PositionErrorMMedian:0.00} m; ball recall {truth.BallRecall:0.00}; goals {truth.GoalsFound} of {truth.GoalsExpected}, events {truth.EventsFound} of {truth.EventsExpected}; IDF1 {summary.Tracking?.Idf1:0.00}; camera within 15 m of the ball {summary.Follow?.Within15M:0.00}"));
        }

        console.Title(summary.Ok ? "The match is in the viewer" : "The run did not verify");
        console.Line($"Watch        {summary.Viewer?.Url}");
        console.Line($"Log in as    {string.Join(", ", rig.Logins.Select(login => login.Email))}");
        console.Line($"Password     {rig.LoginPassword}");
        console.Line($"Field UI     {rig.FieldPage}");
        console.Line($"Home server  {rig.Ingest}  (the coach's name and password)");
    }

    private static async Task StayUpAsync(DemoRig rig, CancellationToken cancellationToken)
    {
        while (true)
        {
            rig.EnsureRunning();
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    private async Task WriteSummaryAsync(CancellationToken cancellationToken)
    {
        summary.Engine = EngineOf("rig-node");
        if (options.JsonFile is { } path)
        {
            await File.WriteAllBytesAsync(path, summary.ToUtf8Json(), cancellationToken);
        }
    }

    /// <summary>What stands in the assembly that lies beside the program.</summary>
    private static string EngineOf(string program)
    {
        var version = FileVersionInfo.GetVersionInfo(Path.Combine(Path.GetDirectoryName(Programs.Find(program))!, "Akka.dll")).ProductVersion;
        return $"Akka.NET {version?.Split('+')[0]}";
    }

    private static double Lap(Stopwatch clock)
    {
        var seconds = Math.Round(clock.Elapsed.TotalSeconds, 1);
        clock.Restart();
        return seconds;
    }
}
