using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rig.Actors.Recording;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using static Rig.Domain.Messages.RecordingProtocol;
using static Rig.Domain.Messages.SessionProtocol;

namespace Rig.Tests.NodeApi;

public sealed class NodeApiTests : IAsyncLifetime
{
    private static readonly TakeId FinalLeft = new(SessionId.Parse("Final"), CameraId.Left);

    private NodeUnderTest node = null!;

    public async Task InitializeAsync() => node = await NodeUnderTest.StartAsync();

    public async Task DisposeAsync() => await node.DisposeAsync();

    [Theory]
    [InlineData("/api/v1/record/start")]
    [InlineData("/api/v1/record/stop")]
    [InlineData("/api/v1/coordinator/start")]
    [InlineData("/api/v1/coordinator/stop")]
    [InlineData("/api/v1/config")]
    [InlineData("/api/v1/recordings/confirm")]
    [InlineData("/api/v1/recordings/cleanup")]
    [InlineData("/api/v1/update/check")]
    [InlineData("/api/v1/update/apply")]
    [InlineData("/api/v1/update/rollback")]
    [InlineData("/api/v1/selftest")]
    [InlineData("/api/v1/shutdown")]
    [InlineData("/api/v1/reboot")]
    [InlineData("/api/v1/mode")]
    [InlineData("/api/v1/sync/trigger")]
    [InlineData("/api/v1/offload/upload")]
    [InlineData("/api/v1/offload/upload/all")]
    [InlineData("/api/v1/offload/pause")]
    [InlineData("/api/v1/offload/resume")]
    [InlineData("/api/v1/offload/retry")]
    public async Task Every_bad_body_is_answered_by_one_clear_json_error(string path)
    {
        foreach (var (body, type) in new[] { ("{}", "text/plain"), ("{}", null), ("{broken", "application/json"), ("[1]", "application/json"), ("\"x\"", "application/json"), ("", "application/x-www-form-urlencoded") })
        {
            var (status, answer) = await node.PostAsync(path, body, type);
            Assert.Equal(400, status);
            Assert.False(answer.GetProperty("success").GetBoolean());
            Assert.NotEmpty(answer.GetProperty("error").GetString()!);
        }

        using var torn = new ByteArrayContent([.. "{\"x\":\""u8, 0xBA, .. "\"}"u8]) { Headers = { ContentType = new("application/json") } };
        using var refused = await node.Http.PostAsync(path, torn);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);

        var (large, _) = await node.PostAsync(path, $"{{\"x\":\"{new string('a', 70_000)}\"}}");
        Assert.Equal(413, large);
        Assert.Empty(node.Asked);
    }

    [Theory]
    [InlineData("/api/v1/record/start")]
    [InlineData("/api/v1/coordinator/start")]
    public async Task A_post_that_says_nothing_needs_no_content_type(string path)
    {
        node.CameraAnswers = _ => new TakeBegan(FinalLeft, node.Clock.MasterNow, node.Clock.MasterNow, "/v/x.mp4");
        using var bare = await node.Http.PostAsync(path, null);
        Assert.Equal(HttpStatusCode.OK, bare.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostFromAsync(path, node.Http.BaseAddress!.GetLeftPart(UriPartial.Authority))).StatusCode);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("http://127.0.0.1")]
    [InlineData("null")]
    public async Task A_page_of_another_site_cannot_press_a_button_with_an_empty_post(string origin)
    {
        foreach (var path in new[] { "/api/v1/record/start", "/api/v1/record/stop", "/api/v1/coordinator/stop", "/api/v1/recordings/cleanup", "/api/v1/shutdown" })
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await PostFromAsync(path, origin)).StatusCode);
        }

        Assert.Empty(node.Asked);
    }

    private async Task<HttpResponseMessage> PostFromAsync(string path, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("Origin", origin);
        return await node.Http.SendAsync(request);
    }

    [Theory]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v2/status")]
    [InlineData("/nothing.html")]
    [InlineData("/api/v1/recordings/..%2f..%2fetc%2fpasswd")]
    [InlineData("/api/v1/recordings/%2e%2e/download")]
    [InlineData("/api/v1/recordings/Final_CAM_L/download")]
    [InlineData("/download/..%2f..%2fetc%2fpasswd")]
    [InlineData("/manifest/Final/CAM_L/Final_CAM_L.json")]
    public async Task What_is_not_there_is_a_json_404(string path)
    {
        var (status, body) = await node.GetAsync(path);
        Assert.Equal(404, status);
        Assert.False(body.GetProperty("success").GetBoolean());
    }

    [Fact]
    public async Task Status_has_the_shape_that_clients_know()
    {
        node.Board.Node = node.Report();
        var (status, body) = await node.GetAsync("/api/v1/status");
        Assert.Equal(200, status);
        string[] Keys(string section) => [.. body.GetProperty(section).EnumerateObject().Select(p => p.Name)];
        Assert.Superset(new HashSet<string> { "camera_id", "camera_position", "version", "production_mode", "timestamp" }, Keys("node").ToHashSet());
        Assert.Superset(new HashSet<string> { "detected", "model", "resolution", "fps", "codec", "bitrate_mbps", "temperature_c", "error" }, Keys("camera").ToHashSet());
        Assert.Superset(new HashSet<string> { "is_recording", "session_id", "file_path", "start_time_local", "duration_sec", "dropped_frames", "error" }, Keys("recording").ToHashSet());
        Assert.Superset(
            new HashSet<string> { "path", "total_gb", "used_gb", "free_gb", "free_percent", "recording_count", "recording_size_gb", "offloaded_count", "estimated_recording_minutes", "min_free_space_gb", "low_space_warning" },
            Keys("storage").ToHashSet());
        Assert.Superset(new HashSet<string> { "is_master", "master_ip", "offset_ms", "max_offset_ms", "within_tolerance", "confidence", "last_sync", "current_time" }, Keys("sync").ToHashSet());
        Assert.Superset(new HashSet<string> { "cpu_percent", "memory_percent", "memory_available_mb", "disk_percent", "disk_free_gb", "temperature_c", "battery" }, Keys("system").ToHashSet());
        Assert.Equal(JsonValueKind.Null, body.GetProperty("system").GetProperty("battery").ValueKind);
    }

    [Fact]
    public async Task Health_says_ok()
    {
        var (_, body) = await node.GetAsync("/api/v1/health");
        Assert.Equal("ok", body.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_single_camera_starts_and_stops_without_any_cluster()
    {
        node.CameraAnswers = message => message switch
        {
            StartTake start => new TakeBegan(new TakeId(start.SessionId, CameraId.Left), start.StartAtMaster, start.StartAtMaster, "/v/x.mp4"),
            _ => new TakeFinished(FinalLeft, "/v/x.mp4", "/m/x.json", 10, 300, 0, 1000, new string('a', 64), TakeEndReason.Stopped),
        };
        var (status, body) = await node.PostAsync("/api/v1/record/start", """{"session_id":"Final"}""");
        Assert.Equal((200, true, "Final", "/v/x.mp4"), (status, body.GetProperty("success").GetBoolean(), body.GetProperty("session_id").GetString(), body.GetProperty("file_path").GetString()));
        Assert.True(body.TryGetProperty("start_time", out _));

        (status, body) = await node.PostAsync("/api/v1/record/stop", "{}");
        Assert.Equal((200, "/m/x.json", 10.0, 0), (status, body.GetProperty("manifest_path").GetString(), body.GetProperty("duration_sec").GetDouble(), body.GetProperty("dropped_frames").GetInt32()));
    }

    [Theory]
    [InlineData("""{"session_id":"../x"}""", "session_id")]
    [InlineData("""{"session_id":7}""", "session_id")]
    [InlineData("""{"master_time":"soon"}""", "master_time")]
    [InlineData("""{"master_time":"2020-01-01T00:00:00Z"}""", "master_time")]
    public async Task A_start_with_a_bad_field_names_it(string body, string field)
    {
        var (status, answer) = await node.PostAsync("/api/v1/record/start", body);
        Assert.Equal(400, status);
        Assert.Contains(field, answer.GetProperty("error").GetString()!, StringComparison.Ordinal);
        Assert.Empty(node.Asked);
    }

    [Theory]
    [InlineData(ProblemCodes.AlreadyRecording, 400)]
    [InlineData(ProblemCodes.NotRecording, 400)]
    [InlineData(ProblemCodes.StorageLow, 409)]
    [InlineData(ProblemCodes.SessionExists, 409)]
    [InlineData(ProblemCodes.StartFailed, 500)]
    [InlineData(ProblemCodes.ShuttingDown, 503)]
    public async Task A_refusal_has_its_status_code_and_reasons(string code, int expected)
    {
        node.CameraAnswers = _ => new TakeRefused(CameraId.Left, code, "No.", [new Problem(code, ProblemLevel.Refuse, "Because.")]);
        var (status, body) = await node.PostAsync("/api/v1/record/start", "{}");
        Assert.Equal((expected, "No.", "Because."), (status, body.GetProperty("error").GetString(), body.GetProperty("problems")[0].GetProperty("message").GetString()));
    }

    [Fact]
    public async Task A_camera_that_does_not_answer_is_a_503_without_a_stack_trace()
    {
        var (status, body) = await node.PostAsync("/api/v1/record/start", "{}");
        Assert.Equal(503, status);
        Assert.DoesNotContain(" at ", body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rig_starts_through_the_coordinator_and_says_who_does_not_record()
    {
        node.ShowRig(null, node.Report(), node.Report(camera: "CAM_R"));
        var session = new SessionView(
            FinalLeft.SessionId, SessionPhase.Recording, node.Clock.MasterNow, null, null,
            [
                new SessionCamera(CameraId.Left, CameraPart.Recording, FinalLeft, node.Clock.MasterNow, null, []),
                new SessionCamera(CameraId.Right, CameraPart.Refused, null, null, "The disk is full.", []),
            ]);
        node.CoordinatorAnswers = message => message is StartSession { RequestId: "abc" } ? new SessionStarted(session) : null;
        var (status, body) = await node.PostAsync("/api/v1/coordinator/start", """{"request_id":"abc"}""");
        Assert.Equal((200, "Final"), (status, body.GetProperty("session_id").GetString()));
        Assert.True(body.TryGetProperty("scheduled_start", out _));
        Assert.Equal("The disk is full.", body.GetProperty("cameras").GetProperty("CAM_R").GetProperty("error").GetString());
        Assert.True(body.GetProperty("cameras").GetProperty("CAM_L").GetProperty("success").GetBoolean());
        Assert.Contains("The disk is full.", body.GetProperty("message").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_no_coordinator_in_reach_the_same_call_starts_this_camera_alone()
    {
        node.CameraAnswers = message => message is StartTake { SessionCameras: [var only] } start && only == CameraId.Left
            ? new TakeBegan(new TakeId(start.SessionId, only), start.StartAtMaster, start.StartAtMaster, "/v/x.mp4")
            : null;
        var (status, _) = await node.PostAsync("/api/v1/coordinator/start", "{}");
        Assert.Equal(200, status);
    }

    [Fact]
    public async Task A_byte_order_mark_before_a_body_is_skipped()
    {
        node.CameraAnswers = message => message is StartTake start ? new TakeBegan(new TakeId(start.SessionId, CameraId.Left), start.StartAtMaster, start.StartAtMaster, "/v/x.mp4") : null;
        var (status, body) = await node.PostAsync("/api/v1/record/start", "\uFEFF{\"session_id\":\"Final\"}");
        Assert.Equal((200, "Final"), (status, body.GetProperty("session_id").GetString()));
    }

    [Fact]
    public async Task Coordinator_status_is_there_before_anybody_was_heard()
    {
        await using var early = await NodeUnderTest.StartBeforeItsActorsAsync();
        Assert.Equal(503, (await early.GetAsync("/api/v1/status")).Status);
        var (status, body) = await early.GetAsync("/api/v1/coordinator/status");
        Assert.Equal(200, status);
        Assert.Equal((3, 0), (body.GetProperty("summary").GetProperty("cameras_total").GetInt32(), body.GetProperty("summary").GetProperty("cameras_online").GetInt32()));
        Assert.Equal("CAM_L", body.GetProperty("cameras")[0].GetProperty("camera_id").GetString());
        Assert.False(body.GetProperty("coordinator_reachable").GetBoolean());
    }

    [Fact]
    public async Task Preflight_passes_with_warnings_and_fails_on_a_missing_camera()
    {
        var hot = new Problem(ProblemCodes.TooHot, ProblemLevel.Warn, "The box is warm.");
        node.ShowRig(null, node.Report(problems: hot));
        var (_, body) = await node.GetAsync("/api/v1/coordinator/preflight");
        Assert.True(body.GetProperty("passed").GetBoolean());
        Assert.Contains("The box is warm.", body.GetRawText(), StringComparison.Ordinal);

        node.Board.SetRig(new RigView(node.Clock.MasterNow, null, [new CameraView(CameraId.Left, true, node.Report(), 0), new CameraView(CameraId.Right, false, null, null)], []));
        (_, body) = await node.GetAsync("/api/v1/coordinator/preflight");
        Assert.False(body.GetProperty("passed").GetBoolean());
        Assert.Contains("Missing: CAM_R.", body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recordings_are_listed_and_filtered()
    {
        node.Catalogue.Seal(FinalLeft);
        var second = node.Catalogue.Seal(FinalLeft with { Take = 2 });
        node.Catalogue.Confirm(second.Id);
        node.Catalogue.Seal(new TakeId(SessionId.Parse("Training"), CameraId.Left));

        var (_, body) = await node.GetAsync("/api/v1/recordings?offloaded=false&session_id=Final");
        var take = body.GetProperty("recordings").EnumerateArray().Single();
        Assert.Equal(("Final_CAM_L", "Final_CAM_L.mp4", false), (take.GetProperty("id").GetString(), take.GetProperty("filename").GetString(), take.GetProperty("offloaded").GetBoolean()));
        foreach (var key in new[] { "path", "size_bytes", "size_mb", "created", "modified", "session_id", "camera_id", "duration_sec", "resolution", "fps", "codec", "checksum" })
        {
            Assert.True(take.TryGetProperty(key, out _), key);
        }

        Assert.Equal(400, (await node.GetAsync("/api/v1/recordings?offloaded=maybe")).Status);
        Assert.Equal(400, (await node.GetAsync("/api/v1/recordings?session_id=../x")).Status);
    }

    [Fact]
    public async Task A_download_streams_in_ranges_and_names_its_bytes()
    {
        var video = Encoding.ASCII.GetBytes("0123456789");
        var entry = node.Catalogue.Seal(FinalLeft, video: video);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/recordings/Final_CAM_L/download");
        request.Headers.Range = new RangeHeaderValue(2, 5);
        using var response = await node.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal("2345", await response.Content.ReadAsStringAsync());
        Assert.Equal($"\"{entry.Sha256}\"", response.Headers.ETag!.Tag);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition!.DispositionType);

        using var beyond = new HttpRequestMessage(HttpMethod.Get, "/api/v1/recordings/Final_CAM_L/download");
        beyond.Headers.Range = new RangeHeaderValue(100, 200);
        using var refused = await node.Http.SendAsync(beyond);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, refused.StatusCode);

        Assert.Contains("Final_CAM_L", (await node.GetAsync("/api/v1/recordings/Final_CAM_L/manifest")).Body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_truth_of_a_synthetic_match_is_served_and_missing_elsewhere()
    {
        node.Catalogue.Seal(FinalLeft, path: node.Folder.File("Final_CAM_L.mp4"));
        Assert.Equal(404, (await node.GetAsync("/api/v1/recordings/Final_CAM_L/truth")).Status);
        await File.WriteAllTextAsync(node.Folder.File("Final_CAM_L.truth.jsonl"), "{\"seed\":1}\n");
        Assert.Equal("{\"seed\":1}\n", await node.Http.GetStringAsync("/api/v1/recordings/Final_CAM_L/truth"));
    }

    [Fact]
    public async Task Only_the_very_checksum_confirms_a_recording()
    {
        var entry = node.Catalogue.Seal(FinalLeft);
        string Body(string sha, string file = "Final_CAM_L.mp4", string algo = "sha256") =>
            $$$"""{"session_id":"Final","camera_id":"CAM_L","file":"{{{file}}}","checksum":{"algo":"{{{algo}}}","value":"{{{sha}}}"}}""";

        var (status, body) = await node.PostAsync("/api/v1/recordings/confirm", Body(new string('b', 64)));
        Assert.Equal((400, entry.Sha256, new string('b', 64)), (status, body.GetProperty("expected").GetString(), body.GetProperty("actual").GetString()));
        Assert.Equal(400, (await node.PostAsync("/api/v1/recordings/confirm", Body(entry.Sha256, algo: "md5"))).Status);
        Assert.Equal(400, (await node.PostAsync("/api/v1/recordings/confirm", Body(entry.Sha256, file: "Other_CAM_L.mp4"))).Status);
        Assert.Equal(404, (await node.PostAsync("/api/v1/recordings/confirm", Body(entry.Sha256, file: "Final_CAM_L_T2.mp4"))).Status);
        Assert.Null(node.Catalogue.Find(FinalLeft)!.ConfirmedAt);

        (status, body) = await node.PostAsync("/api/v1/recordings/confirm", Body(entry.Sha256.ToUpperInvariant()));
        Assert.Equal((200, true, false), (status, body.GetProperty("success").GetBoolean(), body.GetProperty("deleted").GetBoolean()));
        Assert.NotNull(node.Catalogue.Find(FinalLeft)!.ConfirmedAt);
    }

    [Fact]
    public async Task A_confirmation_that_lacks_fields_names_all_of_them()
    {
        var (status, body) = await node.PostAsync("/api/v1/recordings/confirm", """{"session_id":"Final"}""");
        Assert.Equal(400, status);
        foreach (var field in new[] { "camera_id", "file", "checksum.algo", "checksum.value" })
        {
            Assert.Contains(field, body.GetProperty("error").GetString()!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_only_copy_is_never_deleted()
    {
        var entry = node.Catalogue.Seal(FinalLeft);
        using (var refused = await node.Http.DeleteAsync("/api/v1/recordings/Final_CAM_L"))
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        node.Catalogue.Confirm(entry.Id);
        var (_, body) = await node.PostAsync("/api/v1/recordings/cleanup", "{}");
        Assert.Equal(1, body.GetProperty("deleted_count").GetInt32());
        Assert.Equal(0, (await node.PostAsync("/api/v1/recordings/cleanup", "{}")).Body.GetProperty("deleted_count").GetInt32());
        using var gone = await node.Http.DeleteAsync("/api/v1/recordings/Final_CAM_L");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Live_events_begin_with_the_whole_status_and_follow_every_change()
    {
        node.Board.Node = node.Report();
        using var response = await node.Http.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = await NextAsync(reader);
        Assert.False(first.GetProperty("node").GetProperty("recording").GetProperty("is_recording").GetBoolean());
        node.Board.Node = node.Report(NodePhase.Recording);
        var next = await NextAsync(reader);
        while (!next.GetProperty("node").GetProperty("recording").GetProperty("is_recording").GetBoolean())
        {
            next = await NextAsync(reader);
        }

        Assert.Equal("Final", next.GetProperty("node").GetProperty("recording").GetProperty("session_id").GetString());
    }

    private static async Task<JsonElement> NextAsync(StreamReader reader)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await reader.ReadLineAsync(timeout.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return JsonDocument.Parse(line[6..]).RootElement;
            }
        }

        throw new EndOfStreamException();
    }

    [Fact]
    public async Task Metrics_are_prometheus_text()
    {
        var text = await node.Http.GetStringAsync("/metrics");
        Assert.Contains("# TYPE rig_storage_free_bytes gauge\nrig_storage_free_bytes{camera_id=\"CAM_L\"} 900000000000\n", text, StringComparison.Ordinal);
        Assert.Contains("rig_encode_fps", text, StringComparison.Ordinal);

        Prometheus.Metrics.WithCustomRegistry(node.Services.GetRequiredService<Prometheus.CollectorRegistry>()).CreateCounter("rig_test_total", "Tests.", "cause").WithLabels("a \"b\"").Inc(2);
        Assert.Contains("rig_test_total{cause=\"a \\\"b\\\"\",camera_id=\"CAM_L\"} 2\n", await node.Http.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_tell_what_the_recorder_counts_and_how_long_the_disk_takes()
    {
        var recorder = node.Services.GetRequiredService<RecorderMetrics>();
        recorder.SyncSeconds.Observe(0.004);
        recorder.Fragments.Inc();
        recorder.DroppedFrames.WithLabels(DropCause.SourceLate).Inc();
        var lines = (await node.Http.GetStringAsync("/metrics")).Split('\n');
        Assert.Contains("# TYPE rig_recorder_fdatasync_seconds histogram", lines);
        Assert.True(Value("rig_recorder_fdatasync_seconds_bucket{camera_id=\"CAM_L\",le=\"0.005\"}") >= 1);
        Assert.True(Value("rig_recorder_fdatasync_seconds_bucket{camera_id=\"CAM_L\",le=\"0.005\"}") > Value("rig_recorder_fdatasync_seconds_bucket{camera_id=\"CAM_L\",le=\"0.001\"}"));
        Assert.Equal(Value("rig_recorder_fdatasync_seconds_count{camera_id=\"CAM_L\"}"), Value("rig_recorder_fdatasync_seconds_bucket{camera_id=\"CAM_L\",le=\"+Inf\"}"));
        Assert.True(Value("rig_recorder_fdatasync_seconds_sum{camera_id=\"CAM_L\"}") >= 0.004);
        Assert.True(Value("rig_recorder_fragments_total{camera_id=\"CAM_L\"}") >= 1);
        Assert.True(Value("rig_recorder_dropped_frames_total{cause=\"source_late\",camera_id=\"CAM_L\"}") >= 1);
        Assert.All(new[] { "rig_cpu_percent", "rig_memory_percent", "rig_take_dropped_frames" }, name => Value($"{name}{{camera_id=\"CAM_L\"}}"));

        double Value(string sample) =>
            double.Parse(Assert.Single(lines, line => line.StartsWith(sample + " ", StringComparison.Ordinal))[(sample.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_preview_is_a_picture_or_the_reason_why_there_is_none()
    {
        Assert.Equal(503, (await node.GetAsync("/preview/snapshot")).Status);
        node.Camera.Preview = new PreviewPicture([0xFF, 0xD8, 0xFF], node.Clock.NodeNow);
        using var response = await node.Http.GetAsync("/preview/snapshot");
        Assert.Equal("image/jpeg", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task No_page_of_another_site_may_read_the_status_another_nodes_neither()
    {
        node.ShowRig(null, node.Report(), node.Report(camera: "CAM_R"));
        Assert.Null(await AllowedAsync("http://CAM_R:8080"));
        Assert.Null(await AllowedAsync("http://evil.example"));

        async Task<string?> AllowedAsync(string origin)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/status");
            request.Headers.Add("Origin", origin);
            using var response = await node.Http.SendAsync(request);
            return response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;
        }
    }
}
