using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Rig.Domain.Recordings;
using Rig.Tests.Capture;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Ingest;

[Collection(PostgresTests.Name)]
public sealed class UploadTests(PostgresFixture postgres, ITestOutputHelper output) : IAsyncLifetime
{
    private const string Session = "GAME_20261121_140000";

    private readonly TempFolder folder = new("rig-upload");
    private string database = "";
    private IngestServer server = null!;

    public async Task InitializeAsync()
    {
        database = await postgres.NewDatabaseAsync();
        server = await IngestServer.StartAsync(folder, database, ScriptedStages.Register, "--Rig:Server:MaxUploadSizeGb=0.001");
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task An_upload_is_answered_as_the_seed_says_and_lies_where_the_seed_says()
    {
        var file = SampleTake.Mp4(payloadBytes: 700_000);
        var reply = await server.UploadAsync(SampleTake.Form(file, manifest: SampleTake.Manifest(file).ToJsonString()));

        Assert.Equal(200, reply.Status);
        Assert.True((bool)reply.Body["success"]!);
        Assert.True((bool)reply.Body["checksum_verified"]!);
        Assert.Equal(Session + "_CAM_C", (string)reply.Body["recording_id"]!);
        Assert.Equal(file.Length, (long)reply.Body["file_size"]!);
        Assert.Equal(file.Length, (long)reply.Body["size_bytes"]!);
        Assert.Equal([$"{Session}/CAM_C/manifest.json", $"{Session}/CAM_C/recording.mp4"], server.Files("sessions"));
        Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
        Assert.Empty(server.Files("temp"));
    }

    [Fact]
    public async Task A_confirmation_that_is_not_utf8_is_refused()
    {
        using var torn = new ByteArrayContent([.. "{\"session_id\":\""u8, 0xBA, .. "\"}"u8]) { Headers = { ContentType = new("application/json") } };
        using var refused = await server.Http.PostAsync("/api/v1/upload/confirm", torn);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task The_file_may_come_before_the_fields_and_the_checksum_in_capitals()
    {
        var file = SampleTake.Mp4();
        using var form = new MultipartFormDataContent().WithFile(file);
        form.Add(new StringContent(SampleTake.Sha256(file).ToUpperInvariant()), "checksum");
        form.Add(new StringContent("CAM_L"), "camera_id");
        form.Add(new StringContent("JVvsRivals_Home"), "session_id");

        var reply = await server.UploadAsync(form);

        Assert.Equal(200, reply.Status);
        Assert.Equal("JVvsRivals_Home_CAM_L", (string)reply.Body["recording_id"]!);
        Assert.Equal(SampleTake.Sha256(file), (string)reply.Body["checksum_sha256"]!);
    }

    [Fact]
    public async Task Confirm_answers_from_the_receipt_also_after_a_restart()
    {
        var file = SampleTake.Mp4();
        await server.UploadAsync(SampleTake.Form(file));
        await server.DisposeAsync();
        server = await IngestServer.StartAsync(folder, database, ScriptedStages.Register);

        var reply = await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C" });

        Assert.Equal(200, reply.Status);
        Assert.Equal(Session, (string)reply.Body["session_id"]!);
        Assert.Equal("CAM_C", (string)reply.Body["camera_id"]!);
        Assert.Equal(file.Length, (long)reply.Body["file_size"]!);
        Assert.Equal(SampleTake.Sha256(file), (string)reply.Body["checksum_sha256"]!);
        Assert.Equal(404, (await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_R" })).Status);
    }

    [Fact]
    public async Task Confirm_with_verify_reads_the_disk_again_and_a_damaged_take_is_accepted_once_more()
    {
        var file = SampleTake.Mp4();
        await server.UploadAsync(SampleTake.Form(file));
        var path = folder.File("sessions", Session, "CAM_C", "recording.mp4");
        var flipped = (byte[])file.Clone();
        flipped[^1] ^= 1;
        await File.WriteAllBytesAsync(path, flipped);

        // Its size is right, so only reading every byte shows it.
        Assert.Equal(200, (await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C" })).Status);
        var damaged = await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C", verify = true });
        Assert.Equal(400, damaged.Status);
        Assert.Equal("Checksum mismatch", damaged.Error);
        Assert.Equal(SampleTake.Sha256(flipped), (string)damaged.Body["calculated"]!);

        Assert.Equal(400, (await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C" })).Status);
        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(file))).Status);
        Assert.Equal(file, await File.ReadAllBytesAsync(path));
        Assert.Equal(200, (await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C", verify = true })).Status);
    }

    [Fact]
    public async Task A_missing_file_is_never_confirmed()
    {
        await server.UploadAsync(SampleTake.Form(SampleTake.Mp4()));
        File.Delete(folder.File("sessions", Session, "CAM_C", "recording.mp4"));

        Assert.Equal(400, (await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C" })).Status);
    }

    [Fact]
    public async Task The_same_bytes_again_are_a_success_and_other_bytes_are_kept_apart()
    {
        var first = SampleTake.Mp4(seed: 1);
        var other = SampleTake.Mp4(seed: 2);
        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(first))).Status);
        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(first))).Status);

        var conflict = await server.UploadAsync(SampleTake.Form(other));

        Assert.Equal(409, conflict.Status);
        Assert.Equal(SampleTake.Sha256(first), (string)conflict.Body["expected"]!);
        Assert.Equal(first, await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
        var kept = Assert.Single(server.Files("sessions", ".conflicts"));
        Assert.Equal(other, await File.ReadAllBytesAsync(folder.File("sessions", ".conflicts", kept)));
        Assert.Empty(server.Files("temp"));
    }

    [Fact]
    public async Task Two_senders_of_the_same_take_at_once_both_succeed()
    {
        var file = SampleTake.Mp4(payloadBytes: 300_000);
        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.UploadAsync(SampleTake.Form(file))));

        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
        Assert.Empty(server.Files("temp"));
    }

    [Fact]
    public async Task A_manifest_that_begins_with_a_byte_order_mark_is_understood()
    {
        var file = SampleTake.Mp4();
        var reply = await server.UploadAsync(SampleTake.Form(file, manifest: "\uFEFF" + SampleTake.Manifest(file).ToJsonString()));
        Assert.Equal(200, reply.Status);
        Assert.NotNull(Manifest.Parse(await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "manifest.json"))));
    }

    [Fact]
    public async Task A_second_take_lies_in_its_own_folder()
    {
        var (first, second) = (SampleTake.Mp4(seed: 1), SampleTake.Mp4(seed: 2));
        await server.UploadAsync(SampleTake.Form(first, manifest: SampleTake.Manifest(first, endReason: "repaired").ToJsonString()));
        var reply = await server.UploadAsync(SampleTake.Form(second, manifest: SampleTake.Manifest(second, take: 2).ToJsonString()));

        Assert.Equal(Session + "_CAM_C_T2", (string)reply.Body["recording_id"]!);
        Assert.True(File.Exists(folder.File("sessions", Session, "CAM_C", "take-2", "recording.mp4")));
    }

    [Fact]
    public async Task A_flat_manifest_of_an_older_rig_is_understood()
    {
        var file = SampleTake.Mp4();
        var flat = new JsonObject
        {
            ["session_id"] = Session,
            ["camera_id"] = "CAM_C",
            ["camera_position"] = "center",
            ["file_name"] = "x.mp4",
            ["start_time_local"] = "2026-11-21T15:00:00",
            ["start_time_master"] = "2026-11-21T14:00:00Z",
            ["offset_ms"] = 1.5,
            ["duration_sec"] = 12.5,
            ["resolution"] = "3840x2160",
            ["fps"] = 30,
            ["codec"] = "h265",
            ["bitrate_mbps"] = 30,
            ["dropped_frames"] = 2,
            ["checksum"] = new JsonObject { ["algo"] = "sha256", ["value"] = SampleTake.Sha256(file) },
            ["offloaded"] = false,
        };

        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(file, manifest: flat.ToJsonString()))).Status);

        var stored = Manifest.Parse(await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "manifest.json")));
        Assert.Equal(3840, stored.Video.Resolution.Width);
        Assert.Equal(12.5, stored.Video.DurationSec);
        Assert.Equal("h265", stored.File.Codec);
        Assert.Equal(SampleTake.Sha256(file), stored.Checksum.Value);
    }

    [Fact]
    public async Task A_wrong_checksum_is_refused_with_both_values_and_leaves_nothing()
    {
        var file = SampleTake.Mp4();
        var wrong = new string('A', 64);
        var reply = await server.UploadAsync(SampleTake.Form(file, checksum: wrong));

        Assert.Equal(400, reply.Status);
        Assert.False((bool)reply.Body["success"]!);
        Assert.Equal("Checksum mismatch", reply.Error);
        Assert.Equal(new string('a', 64), (string)reply.Body["expected"]!);
        Assert.Equal(SampleTake.Sha256(file), (string)reply.Body["calculated"]!);
        AssertNothingLeft();
    }

    [Theory]
    [InlineData("CAM_X")]
    [InlineData("cam_c")]
    [InlineData("")]
    [InlineData("CAM_C/../CAM_L")]
    [InlineData("..")]
    [InlineData("CAM_C\0")]
    public async Task An_unknown_camera_is_refused(string camera)
    {
        var reply = await server.UploadAsync(SampleTake.Form(SampleTake.Mp4(), camera: camera));

        Assert.Equal(400, reply.Status);
        Assert.Contains("camera_id", reply.Error, StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Theory]
    [InlineData("../../esc")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("/etc/passwd")]
    [InlineData("%2e%2e%2fesc")]
    [InlineData("..\\esc")]
    [InlineData("GAME\0x")]
    [InlineData("CON")]
    [InlineData("GAME\uFF0Fx")]
    [InlineData(".conflicts")]
    [InlineData("")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_path_trick_in_the_session_id_is_refused(string session)
    {
        var reply = await server.UploadAsync(SampleTake.Form(SampleTake.Mp4(), session: session));

        Assert.Equal(400, reply.Status);
        Assert.Contains("session_id", reply.Error, StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Fact]
    public async Task Bytes_that_are_no_video_are_refused_whatever_they_are_called()
    {
        byte[][] files =
        [
            Encoding.ASCII.GetBytes("#!/bin/sh\necho not a video, but long enough to look at"),
            [.. SampleTake.Box("moov", new byte[8]), .. SampleTake.Box("ftyp", new byte[8])],
            [0, 0, 0, 7, .. "ftyp"u8, .. "isom"u8],
            SampleTake.Mp4()[..7],
            [],
        ];
        foreach (var file in files)
        {
            var reply = await server.UploadAsync(SampleTake.Form(file));
            Assert.Equal(400, reply.Status);
            Assert.Contains("MP4", reply.Error, StringComparison.Ordinal);
        }

        AssertNothingLeft();
    }

    [Fact]
    public async Task A_broken_video_is_kept_and_confirmed_and_the_session_says_what_is_wrong_with_it()
    {
        byte[][] files =
        [
            SampleTake.Box("ftyp", "isom\0\0\0\0"u8),
            SampleTake.Mp4()[..^10],
            SampleTake.Mp4()[..10],
            [.. SampleTake.Mp4(), 0, 0],
            [0, 0, 0, 8, .. "ftyp"u8, .. "anything at all"u8],
        ];
        for (var n = 0; n < files.Length; n++)
        {
            var session = $"BROKEN_{n}";
            var reply = await server.UploadAsync(SampleTake.Form(files[n], session));

            Assert.Equal(200, reply.Status);
            Assert.True((bool)reply.Body["checksum_verified"]!);
            var problem = (string)reply.Body["problem"]!;
            Assert.Contains("MP4", problem, StringComparison.Ordinal);
            Assert.Equal(files[n], await File.ReadAllBytesAsync(folder.File("sessions", session, "CAM_C", "recording.mp4")));
            Assert.Equal(200, (await server.ConfirmAsync(new { session_id = session, camera_id = "CAM_C", verify = true })).Status);
            var take = (await server.GetAsync("/api/v1/sessions/" + session)).Body["takes"]![0]!;
            Assert.Equal("verified", (string)take["status"]!);
            Assert.Equal(problem, (string)take["error"]!);
        }

        await Ffmpeg.PatternAsync(folder.File("whole.mp4"), "160x96", fps: 10, seconds: 1);
        var whole = await server.UploadAsync(SampleTake.Form(await File.ReadAllBytesAsync(folder.File("whole.mp4")), "WHOLE"));
        Assert.False(whole.Body.ContainsKey("problem"));
    }

    [Theory]
    [InlineData(null, "There is no video in the file.")]
    [InlineData("chunk_out_of_range.mp4", "The video cannot be played: ")]
    public async Task A_video_that_no_player_can_show_is_kept_and_the_session_says_so_at_once(string? oddFile, string sentence)
    {
        if (oddFile is not null && RealFootage.OddFolder is null)
        {
            output.WriteLine($"{oddFile}: {RealFootage.Missing}");
            return;
        }

        var file = oddFile is null ? SampleTake.Mp4() : await File.ReadAllBytesAsync(Path.Combine(RealFootage.OddFolder!, oddFile));
        var reply = await server.UploadAsync(SampleTake.Form(file, manifest: SampleTake.Manifest(file).ToJsonString()));

        Assert.Equal(200, reply.Status);
        Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
        var take = (await server.GetAsync("/api/v1/sessions/" + Session)).Body["takes"]![0]!;
        Assert.StartsWith(sentence, (string)take["error"]!, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Path, (string)take["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_manifest_leaves_out_is_read_from_the_video()
    {
        await Ffmpeg.PatternAsync(folder.File("video.mp4"), "160x96", fps: 10, seconds: 2);
        var file = await File.ReadAllBytesAsync(folder.File("video.mp4"));

        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(file, "EMPTY", manifest: "{}"))).Status);
        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(file, "PARTIAL", manifest: """{"start_time_master":"2026-11-21T14:00:00Z","fps":25}"""))).Status);
        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(SampleTake.Mp4(), "UNREADABLE", manifest: "{}"))).Status);

        var (empty, partial, unreadable) = (await ManifestAsync("EMPTY"), await ManifestAsync("PARTIAL"), await ManifestAsync("UNREADABLE"));
        Assert.Equal((160, 96, 10, 2.0), (empty.Video.Resolution.Width, empty.Video.Resolution.Height, empty.Video.Fps, empty.Video.DurationSec));
        Assert.Equal((160, 25, DateTimeOffset.Parse("2026-11-21T14:00:02Z", System.Globalization.CultureInfo.InvariantCulture)), (partial.Video.Resolution.Width, partial.Video.Fps, partial.Timing.EndTime));
        Assert.Equal(0, unreadable.Video.Resolution.Width);

        async Task<Manifest> ManifestAsync(string session) => Manifest.Parse(await File.ReadAllBytesAsync(folder.File("sessions", session, "CAM_C", "manifest.json")));
    }

    [Fact]
    public async Task The_pipeline_shows_what_is_wrong_with_a_video()
    {
        await server.UploadAsync(SampleTake.Form(SampleTake.Mp4()[..^10]));
        await server.PostAsync($"/api/v1/sessions/{Session}/process");

        JsonNode verified = null!;
        await Eventually.HoldsAsync(async () =>
        {
            var stages = (await server.GetAsync("/api/v1/sessions/" + Session)).Body["stages"]!.AsArray();
            verified = stages.Single(stage => (string)stage!["stage"]! == "verified")!;
            return (string)verified["status"]! == "done";
        });
        Assert.StartsWith(Session + "_CAM_C: ", (string)verified["result"]!["problems"]![0]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_over_the_limit_is_refused_with_and_without_a_length_told_before()
    {
        var file = SampleTake.Mp4(payloadBytes: 1_000_000);
        Assert.Equal(413, (await server.UploadAsync(SampleTake.Form(file))).Status);

        using var form = SampleTake.Form(SampleTake.Mp4(payloadBytes: 4_000_000));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/upload") { Content = form, Headers = { TransferEncodingChunked = true } };
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(413, (int)response.StatusCode);
        AssertNothingLeft();
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{} {}")]
    [InlineData("{\"version\":\"1.0\"}")]
    [InlineData("{\"version\":null,\"recording\":null}")]
    [InlineData("{\"session_id\":\"\\ud800\",\"start_time_master\":\"\\ud800\"}")]
    [InlineData("{\"resolution\":\"large\"}")]
    [InlineData("{\"duration_sec\":\"long\"}")]
    public async Task A_broken_manifest_is_refused(string manifest)
    {
        var reply = await server.UploadAsync(SampleTake.Form(SampleTake.Mp4(), manifest: manifest));

        Assert.Equal(400, reply.Status);
        Assert.Contains("manifest", reply.Error, StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Theory]
    [InlineData("recording", "session_id", "\"OTHER_GAME\"")]
    [InlineData("recording", "camera_id", "\"CAM_L\"")]
    [InlineData("recording", "id", "\"../../x\"")]
    [InlineData("recording", "take", "0")]
    [InlineData("file", "size_bytes", "1")]
    [InlineData("file", "codec", "\"av1\"")]
    [InlineData("video", "fps", "0")]
    [InlineData("checksum", "algorithm", "\"md5\"")]
    [InlineData("timing", "end_time", "\"2020-01-01T00:00:00Z\"")]
    public async Task A_manifest_of_another_take_is_refused_and_the_field_is_named(string part, string field, string value)
    {
        var file = SampleTake.Mp4();
        var manifest = SampleTake.Manifest(file);
        manifest[part]![field] = JsonNode.Parse(value);
        var reply = await server.UploadAsync(SampleTake.Form(file, manifest: manifest.ToJsonString()));

        Assert.Equal(400, reply.Status);
        Assert.Contains($"{part}.{field}", reply.Error, StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_missing_or_repeated_part_is_named()
    {
        var file = SampleTake.Mp4();
        foreach (var missing in new[] { "session_id", "camera_id", "checksum" })
        {
            using var form = SampleTake.Fields(
                ("session_id", missing == "session_id" ? null : Session),
                ("camera_id", missing == "camera_id" ? null : "CAM_C"),
                ("checksum", missing == "checksum" ? null : SampleTake.Sha256(file))).WithFile(file);
            var reply = await server.UploadAsync(form);
            Assert.Equal(400, reply.Status);
            Assert.Contains($"'{missing}'", reply.Error, StringComparison.Ordinal);
        }

        var without = await server.UploadAsync(SampleTake.Fields(("session_id", Session), ("camera_id", "CAM_C"), ("checksum", SampleTake.Sha256(file))));
        Assert.Contains("'file'", without.Error, StringComparison.Ordinal);
        Assert.Equal(400, (await server.UploadAsync(SampleTake.Form(file).WithFile(file))).Status);
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_request_that_is_no_multipart_form_is_refused()
    {
        using var response = await server.Http.PostAsync("/api/v1/upload", new ByteArrayContent(SampleTake.Mp4()));
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(400, (await server.ConfirmAsync("not an object")).Status);
        Assert.Equal(400, (await server.ConfirmAsync(new { session_id = "../x", camera_id = "CAM_C" })).Status);
        foreach (var text in new[] { "\\ud800", "\xC3\x28" })
        {
            using var broken = new ByteArrayContent(Encoding.Latin1.GetBytes($$"""{"session_id":"{{text}}","camera_id":"CAM_C"}"""));
            using var refused = await server.Http.PostAsync("/api/v1/upload/confirm", broken);
            Assert.Equal(400, (int)refused.StatusCode);
        }

        Assert.Equal(400, (await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C", take = "1" })).Status);
    }

    [Fact]
    public async Task A_multipart_body_cut_off_in_the_file_is_refused_and_leaves_nothing()
    {
        var file = SampleTake.Mp4(payloadBytes: 200_000);
        using var form = SampleTake.Form(file);
        var whole = await form.ReadAsByteArrayAsync();
        using var cut = new ByteArrayContent(whole[..(whole.Length / 2)]);
        cut.Headers.ContentType = form.Headers.ContentType;
        using var response = await server.Http.PostAsync("/api/v1/upload", cut);

        Assert.Equal(400, (int)response.StatusCode);
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_connection_cut_in_the_file_leaves_nothing_and_the_next_attempt_succeeds()
    {
        var file = SampleTake.Mp4(payloadBytes: 500_000);
        using var form = SampleTake.Form(file);
        var body = await form.ReadAsByteArrayAsync();
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(server.Http.BaseAddress!.Host, server.Http.BaseAddress.Port);
            var head = $"POST /api/v1/upload HTTP/1.1\r\nHost: rig\r\nContent-Type: {form.Headers.ContentType}\r\nContent-Length: {body.Length}\r\n\r\n";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
            await socket.GetStream().WriteAsync(body.AsMemory(0, body.Length / 2));
        }

        await Eventually.HoldsAsync(async () => (int)(await server.GetAsync("/api/v1/health")).Body["active_uploads"]! == 0);
        AssertNothingLeft();
        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(file))).Status);
    }

    [Fact]
    public async Task Health_has_the_seeds_fields()
    {
        var reply = await server.GetAsync("/api/v1/health");

        Assert.Equal(200, reply.Status);
        Assert.Equal("healthy", (string)reply.Body["status"]!);
        Assert.True((double)reply.Body["storage_free_gb"]! > 0);
        Assert.Equal(0, (int)reply.Body["active_uploads"]!);
    }

    [Fact]
    public async Task Without_the_space_to_keep_free_an_upload_is_refused()
    {
        await server.DisposeAsync();
        server = await IngestServer.StartAsync(folder, database, ScriptedStages.Register, "--Rig:Storage:MinFreeSpaceGb=900000");

        var reply = await server.UploadAsync(SampleTake.Form(SampleTake.Mp4()));

        Assert.Equal(507, reply.Status);
        Assert.Contains("GB free", reply.Error, StringComparison.Ordinal);
        AssertNothingLeft();
    }

    private void AssertNothingLeft()
    {
        Assert.Empty(server.Files("sessions"));
        Assert.Empty(server.Files("temp"));
        Assert.Empty(Directory.GetDirectories(folder.File("sessions")));
    }
}
