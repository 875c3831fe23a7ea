using System.Text.Json.Nodes;
using Rig.Actors.Pipeline;
using Rig.Domain.Messages;
using Rig.Hosting.Configuration;
using Rig.Tests.Ingest;
using Rig.Tests.Support;

namespace Rig.Tests.Pipeline;

/// <summary>The whole server with scripted stages: receive, decide, work, restart.</summary>
[Collection(PostgresTests.Name)]
public sealed class PipelineTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Session = "GAME_20261121_140000";

    private static readonly string[] Fast =
        ["--Rig:Pipeline:PollInterval=00:00:00.050", "--Rig:Pipeline:RetryDelay=00:00:00.010", "--Rig:Pipeline:Lease=00:00:01"];

    private readonly TempFolder folder = new("rig-pipeline");
    private readonly ScriptedStages stages = new();
    private string database = "";
    private IngestServer server = null!;

    public async Task InitializeAsync()
    {
        database = await postgres.NewDatabaseAsync();
        await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_complete_session_passes_every_stage_in_order_by_itself()
    {
        await UploadAsync("CAM_L");
        await UploadAsync("CAM_R");
        var view = await SessionAsync();
        Assert.Equal("receiving", (string)view["status"]!);
        Assert.Equal(["CAM_C"], view["missing_cameras"]!.AsArray().Select(camera => (string)camera!));

        await UploadAsync("CAM_C");
        view = await UntilAsync("done");

        Assert.Equal(ScriptedStages.All, stages.Ran);
        Assert.Equal("complete", (string)view["queue_reason"]!);
        Assert.Equal(
            ["received", "verified", "aligned", "stitched", "detected", "events", "clips", "pushed"],
            view["stages"]!.AsArray().Select(stage => (string)stage!["stage"]!));
        Assert.All(view["stages"]!.AsArray(), stage => Assert.Equal("done", (string)stage!["status"]!));
        Assert.Equal(3, (int)view["stages"]![2]!["result"]!["seen_takes"]!);
        Assert.All(view["takes"]!.AsArray(), take => Assert.True((bool)take!["verified"]!));
        Assert.Equal("CAM_L", (string)view["takes"]![0]!["manifest"]!["recording"]!["camera_id"]!);
        Assert.Equal("no viewer is configured", (string)view["stages"]![7]!["result"]!["skipped"]!);
        await Eventually.HoldsAsync(() => File.Exists(folder.File("processing", "jobs.json"))
            && File.ReadAllText(folder.File("processing", "jobs.json")).Contains("\"pushed\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_incomplete_session_is_worked_on_when_the_operator_says_so_and_again_when_the_missing_take_comes()
    {
        await UploadAsync("CAM_L");
        await UploadAsync("CAM_R");

        Assert.Equal(202, (await server.PostAsync($"/api/v1/sessions/{Session}/process")).Status);
        Assert.Equal("operator", (string)(await UntilAsync("done"))["queue_reason"]!);

        await UploadAsync("CAM_C");
        await Eventually.HoldsAsync(async () => (string)(await SessionAsync())["queue_reason"]! == "complete");
        Assert.Equal(3, (int)(await UntilAsync("done"))["stages"]![2]!["result"]!["seen_takes"]!);
        Assert.Equal(10, stages.Ran.Count);
    }

    [Fact]
    public async Task After_the_quiet_period_a_session_is_worked_on_with_what_there_is()
    {
        await server.DisposeAsync();
        await StartAsync("--Rig:Pipeline:QuietPeriod=00:00:00.200");
        await UploadAsync("CAM_L");

        Assert.Equal("quiet", (string)(await UntilAsync("done"))["queue_reason"]!);
    }

    [Fact]
    public async Task A_stage_that_fails_for_a_reason_stops_the_session_until_the_operator_retries()
    {
        stages.OnRun = (stage, _, _) => stage == PipelineStage.Stitched ? throw new StageFailedException("The pictures do not overlap. Turn the cameras.") : Task.CompletedTask;
        await UploadAllAsync();

        var failed = await UntilAsync("failed");
        Assert.Equal("The pictures do not overlap. Turn the cameras.", (string)failed["stages"]![3]!["error"]!);
        Assert.Equal(1, (int)failed["stages"]![3]!["attempts"]!);
        Assert.Equal("queued", (string)failed["stages"]![4]!["status"]!);

        stages.OnRun = (_, _, _) => Task.CompletedTask;
        Assert.Equal(202, (await server.PostAsync($"/api/v1/sessions/{Session}/retry")).Status);
        var done = await UntilAsync("done");
        Assert.Null(done["stages"]![3]!["error"]);
        Assert.Single(stages.Ran, stage => stage == PipelineStage.Aligned);
        Assert.Equal(409, (await server.PostAsync($"/api/v1/sessions/{Session}/retry")).Status);
    }

    [Fact]
    public async Task A_stage_that_fails_by_chance_is_tried_three_times()
    {
        var attempts = 0;
        stages.OnRun = (stage, _, _) => stage == PipelineStage.Detected && Interlocked.Increment(ref attempts) < 3 ? throw new IOException("a hiccup") : Task.CompletedTask;
        await UploadAllAsync();

        var done = await UntilAsync("done");
        Assert.Equal(3, (int)done["stages"]![4]!["attempts"]!);

        stages.OnRun = (stage, _, _) => stage == PipelineStage.Detected ? throw new IOException("no more hiccup") : Task.CompletedTask;
        await server.PostAsync($"/api/v1/sessions/{Session}/process");
        var failed = await UntilAsync("failed");
        Assert.Equal(3, (int)failed["stages"]![4]!["attempts"]!);
        Assert.Contains("no more hiccup", (string)failed["stages"]![4]!["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_stops_in_a_stage_goes_on_with_that_stage()
    {
        var reached = new TaskCompletionSource();
        stages.OnRun = async (stage, _, token) =>
        {
            if (stage == PipelineStage.Detected)
            {
                reached.TrySetResult();
                await RealTime.NeverAsync(token);
            }
        };
        await UploadAllAsync();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await server.DisposeAsync();

        stages.OnRun = (_, _, _) => Task.CompletedTask;
        await StartAsync();
        await UntilAsync("done");

        Assert.Equal(ScriptedStages.All, stages.Ran);
    }

    [Fact]
    public async Task The_history_tells_what_happened_over_restarts_and_runs()
    {
        stages.OnRun = (stage, _, _) => stage == PipelineStage.Stitched ? throw new StageFailedException("The pictures do not overlap.") : Task.CompletedTask;
        await UploadAllAsync();
        await UntilAsync("failed");
        await HistoryIsAsync(["queued complete", "passed received", "passed verified", "passed aligned", "stopped stitched The pictures do not overlap."]);
        await server.DisposeAsync();

        stages.OnRun = (_, _, _) => Task.CompletedTask;
        await StartAsync();
        Assert.Equal(202, (await server.PostAsync($"/api/v1/sessions/{Session}/retry")).Status);
        await HistoryIsAsync(
        [
            "queued complete", "passed received", "passed verified", "passed aligned", "stopped stitched The pictures do not overlap.",
            "retried stitched", "passed stitched", "passed detected", "passed events", "passed clips", "passed pushed",
        ]);
        Assert.Equal(404, (await server.GetAsync("/api/v1/sessions/OTHER/history")).Status);
    }

    [Fact]
    public async Task Two_servers_on_one_database_decide_one_after_the_other_and_neither_repeats_the_others_run()
    {
        await using var second = await IngestServer.StartAsync(folder, database, new ScriptedStages().AddTo, [.. Fast, "--Rig:Pipeline:Workers=0"]);
        await UploadAllAsync();
        await UntilAsync("done");
        for (var round = 0; round < 3; round++)
        {
            // Each time the other server's actor has an old state.
            Assert.Equal(202, (await second.PostAsync($"/api/v1/sessions/{Session}/process")).Status);
            Assert.Equal(202, (await server.PostAsync($"/api/v1/sessions/{Session}/process")).Status);
        }

        await Eventually.HoldsAsync(async () => (await HistoryAsync())[^1] == "passed pushed");
        var runs = (await server.GetAsync($"/api/v1/sessions/{Session}/history")).Body["history"]!.AsArray()
            .Where(line => (string)line!["event"]! == "queued").Select(line => (int)line!["run"]!).ToList();
        Assert.Equal(Enumerable.Range(1, 7), runs);
    }

    [Fact]
    public async Task A_take_received_just_before_a_restart_is_not_forgotten()
    {
        await server.DisposeAsync();
        await StartAsync("--Rig:Pipeline:Workers=0");
        await UploadAllAsync();
        await server.DisposeAsync();
        await StartAsync();

        await UntilAsync("done");
    }

    [Fact]
    public async Task Sessions_and_files_are_asked_for_by_allow_listed_names_only()
    {
        await UploadAllAsync();
        await UntilAsync("done");

        Assert.Equal(200, (int)(await server.Http.GetAsync($"/api/v1/sessions/{Session}/files/panorama.mp4")).StatusCode);
        Assert.Equal(200, (int)(await server.Http.GetAsync($"/api/v1/sessions/{Session}/files/goal-0001.mp4")).StatusCode);
        foreach (var name in new[] { "recording.mp4", "..%2f..%2fprocessing%2fjobs.json", "..%5c.." })
        {
            Assert.Equal(404, (await server.GetAsync($"/api/v1/sessions/{Session}/files/{name}")).Status);
        }

        Assert.Equal(400, (await server.GetAsync("/api/v1/sessions/..%2f..")).Status);
        Assert.Equal(404, (await server.GetAsync("/api/v1/sessions/OTHER")).Status);
        Assert.Equal(404, (await server.PostAsync("/api/v1/sessions/OTHER/process")).Status);
        Assert.Equal(404, (await server.GetAsync("/api/v1/nothing")).Status);
        Assert.Equal(400, (await server.GetAsync("/api/v1/sessions?limit=x")).Status);
        Assert.Single((await server.GetAsync("/api/v1/sessions")).Body["sessions"]!.AsArray());
        Assert.Contains("rig_ingest_sessions{status=\"done\"} 1", await server.Http.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_event_stream_starts_with_the_whole_state_and_tells_of_changes()
    {
        using var response = await server.Http.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Empty((await NextStateAsync(reader))["sessions"]!.AsArray());

        await UploadAsync("CAM_L");
        JsonObject state;
        do
        {
            state = await NextStateAsync(reader);
        }
        while (state["sessions"]!.AsArray().Count == 0);

        Assert.Equal(Session, (string)state["sessions"]![0]!["session_id"]!);
    }

    [Fact]
    public async Task A_server_without_all_stages_says_so_and_does_not_start()
    {
        var failure = await Assert.ThrowsAsync<StartupException>(() => IngestServer.StartAsync(folder, database));

        Assert.Contains("Aligned", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_cancels_a_running_stage_and_another_session_has_the_worker_at_once()
    {
        var reached = new TaskCompletionSource();
        stages.OnRun = async (stage, context, token) =>
        {
            if (stage == PipelineStage.Stitched && context.SessionId.Value == Session)
            {
                reached.TrySetResult();
                await RealTime.NeverAsync(token);
            }
        };
        await UploadAllAsync();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(202, (await server.PostAsync($"/api/v1/sessions/{Session}/cancel")).Status);
        var cancelled = await UntilAsync("failed");
        Assert.Equal(IngestPeople.Owner, (string)cancelled["stages"]![3]!["cancelled_by"]!);
        Assert.Equal($"Cancelled by {IngestPeople.Owner}.", (string)cancelled["stages"]![3]!["error"]!);
        Assert.Contains($"cancelled stitched {IngestPeople.Owner}", await HistoryAsync());
        Assert.Equal(409, (await server.PostAsync($"/api/v1/sessions/{Session}/cancel")).Status);
        Assert.Equal(404, (await server.PostAsync("/api/v1/sessions/OTHER/cancel")).Status);

        await UploadAsync("CAM_L", "OTHER");
        Assert.Equal(202, (await server.PostAsync("/api/v1/sessions/OTHER/process")).Status);
        await Eventually.HoldsAsync(async () => (string)(await server.GetAsync("/api/v1/sessions/OTHER")).Body["status"]! == "done");

        stages.OnRun = (_, _, _) => Task.CompletedTask;
        Assert.Equal(202, (await server.PostAsync($"/api/v1/sessions/{Session}/retry")).Status);
        Assert.Null((await UntilAsync("done"))["stages"]![3]!["cancelled_by"]);
    }

    [Fact]
    public async Task A_corrected_manifest_for_held_bytes_is_taken_in_and_the_session_is_processed_again()
    {
        var starts = new System.Collections.Concurrent.ConcurrentQueue<DateTimeOffset>();
        stages.OnRun = (stage, context, _) =>
        {
            if (stage == PipelineStage.Aligned)
            {
                starts.Enqueue(context.Takes.Single(take => take.Id.CameraId.Value == "CAM_L").Manifest.Timing.StartTime);
            }

            return Task.CompletedTask;
        };
        var file = SampleTake.Mp4(seed: 11);
        var manifest = SampleTake.Manifest(file, Session, "CAM_L", sessionCameras: "CAM_L");
        await SendAsync();
        await UntilAsync("done");

        // The same again, with the manifest or without, is no news.
        await SendAsync();
        using (var bare = SampleTake.Form(file, Session, "CAM_L"))
        {
            Assert.Equal(200, (await server.UploadAsync(bare)).Status);
        }

        Assert.Equal(202, (await server.PostAsync($"/api/v1/sessions/{Session}/process")).Status);
        await UntilQueuedAsync("operator", run: 2);
        manifest["timing"]!["start_time"] = "2026-11-21T13:00:00Z";
        await SendAsync();
        await UntilQueuedAsync("complete", run: 3);
        await UntilAsync("done");
        Assert.Equal(DateTimeOffset.Parse("2026-11-21T13:00:00Z", System.Globalization.CultureInfo.InvariantCulture), starts.Last());
        Assert.Contains("2026-11-21T13:00:00", await File.ReadAllTextAsync(folder.File("sessions", Session, "CAM_L", "manifest.json")), StringComparison.Ordinal);

        async Task SendAsync()
        {
            using var form = SampleTake.Form(file, Session, "CAM_L", manifest: manifest.ToJsonString());
            Assert.Equal(200, (await server.UploadAsync(form)).Status);
        }
    }

    private Task UntilQueuedAsync(string reason, int run) => Eventually.HoldsAsync(async () =>
        (await server.GetAsync($"/api/v1/sessions/{Session}/history")).Body["history"]!.AsArray()
            .Any(line => (string)line!["event"]! == "queued" && (int)line["run"]! == run && (string)line["reason"]! == reason));

    private static async Task<JsonObject> NextStateAsync(StreamReader reader)
    {
        while (true)
        {
            var line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
            if (line!.StartsWith("data: {\"", StringComparison.Ordinal))
            {
                return JsonNode.Parse(line[6..])!.AsObject();
            }
        }
    }

    private async Task StartAsync(params string[] settings) => server = await IngestServer.StartAsync(folder, database, stages.AddTo, [.. Fast, .. settings]);

    private async Task UploadAllAsync()
    {
        foreach (var camera in new[] { "CAM_L", "CAM_C", "CAM_R" })
        {
            await UploadAsync(camera);
        }
    }

    private async Task UploadAsync(string camera, string session = Session)
    {
        var file = SampleTake.Mp4(seed: camera[^1]);
        var manifest = SampleTake.Manifest(file, session, camera, sessionCameras: ["CAM_L", "CAM_C", "CAM_R"]);
        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(file, session, camera, manifest: manifest.ToJsonString()))).Status);
    }

    private Task HistoryIsAsync(string[] expected) => Eventually.HoldsAsync(async () => expected.SequenceEqual(await HistoryAsync()));

    private async Task<List<string>> HistoryAsync() => [.. (await server.GetAsync($"/api/v1/sessions/{Session}/history")).Body["history"]!.AsArray()
        .Select(line => string.Join(' ', new[] { line!["event"], line["reason"], line["stage"], line["error"], line["by"] }.Where(part => part is not null).Select(part => (string)part!)))];

    private async Task<JsonObject> SessionAsync() => (await server.GetAsync($"/api/v1/sessions/{Session}")).Body;

    private async Task<JsonObject> UntilAsync(string status)
    {
        JsonObject view = [];
        await Eventually.HoldsAsync(async () => (string)(view = await SessionAsync())["status"]! == status);
        return view;
    }
}
