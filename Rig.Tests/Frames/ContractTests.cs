using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Rig.Domain.Frames;
using Rig.Ingest.Frames;
using Rig.Tests.Support;

namespace Rig.Tests.Frames;

/// <summary>What devices are answered, word for word (docs/ref/frames-api.md).</summary>
[Collection(PostgresTests.Name)]
public sealed class ContractTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly TempFolder folder = new("rig-frames");
    private FrameServer frames = null!;

    public static TheoryData<string, string, string> BadMeta { get; } = new()
    {
        { "device_id", "", "missing required field: device_id" },
        { "capture_ts", "", "missing required field: capture_ts" },
        { "seq", "", "missing required field: seq" },
        { "width", "", "missing required field: width" },
        { "height", "", "missing required field: height" },
        { "jpeg_quality", "", "missing required field: jpeg_quality" },
        { "seq", "\"7\"", "invalid integer field: seq" },
        { "seq", "-1", "invalid integer field: seq" },
        { "seq", "1.5", "invalid integer field: seq" },
        { "width", "-1", "invalid integer field: width" },
        { "width", "\"640\"", "invalid integer field: width" },
        { "height", "0", "invalid integer field: height" },
        { "height", "1000000", "invalid integer field: height" },
        { "jpeg_quality", "900", "invalid integer field: jpeg_quality" },
        { "jpeg_quality", "0", "invalid integer field: jpeg_quality" },
        { "rssi", "\"strong\"", "invalid integer field: rssi" },
        { "battery_mv", "-5", "invalid integer field: battery_mv" },
        { "fw_version", "3", "invalid field: fw_version" },
        { "capture_ts", "\"x\"", "invalid field: capture_ts" },
        { "capture_ts", "true", "invalid field: capture_ts" },
        { "device_id", "\"../../etc\"", "invalid field: device_id" },
        { "device_id", "\"a/b\"", "invalid field: device_id" },
        { "device_id", "7", "invalid field: device_id" },
        { "width", "320", "image size does not match meta" },
    };

    public async Task InitializeAsync() => frames = await FrameServer.StartAsync(folder, await postgres.NewDatabaseAsync());

    public async Task DisposeAsync()
    {
        await frames.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_picture_is_stored_and_acknowledged_with_its_id_and_the_servers_time()
    {
        var (status, body) = await frames.SendAsync(FrameServer.Meta());
        var reply = JsonNode.Parse(body)!;
        Assert.Equal(200, status);
        Assert.True((bool)reply["ok"]!);
        Assert.Equal(["ok", "frame_id", "received_ts"], reply.AsObject().Select(member => member.Key));
        var file = Assert.Single(frames.Files());
        Assert.Equal(FrameServer.Jpeg, await File.ReadAllBytesAsync(Path.Combine(frames.FramesPath, file)));
        Assert.Contains(Guid.Parse((string)reply["frame_id"]!).ToString("N"), file, StringComparison.Ordinal);
        Assert.StartsWith("staging/shelf-1/", file, StringComparison.Ordinal);
        Assert.Equal(1, await frames.CountAsync("SELECT count(*) FROM frames.captures c JOIN frames.jobs j USING (capture_id) WHERE c.device_seq = 0 AND j.status = 'queued'"));
    }

    [Fact]
    public async Task The_predecessors_JSON_is_taken_as_well()
    {
        var body = FrameServer.Meta(5);
        body["image_b64"] = Convert.ToBase64String(FrameServer.Jpeg);
        body["capture_ts"] = 1_796_000_000;
        Assert.Equal(200, (await frames.PostAsync(FrameContract.FramePath, FrameServer.Json(body))).Status);
        body["seq"] = 6;
        body["image_b64"] = "%%%";
        Assert.Equal((400, Refusal("invalid image_b64")), await frames.PostAsync(FrameContract.FramePath, FrameServer.Json(body)));
        body.Remove("image_b64");
        Assert.Equal((400, Refusal("missing required field: image_b64")), await frames.PostAsync(FrameContract.FramePath, FrameServer.Json(body)));
        Assert.Equal((400, Refusal("invalid json")), await frames.PostAsync(FrameContract.FramePath, new StringContent("{\"device_id\":", Encoding.UTF8, "application/json")));
        Assert.Equal(1, await frames.CountAsync("SELECT count(*) FROM frames.captures"));
    }

    [Theory]
    [MemberData(nameof(BadMeta))]
    public async Task A_field_that_is_missing_or_wrong_is_named_and_nothing_is_stored(string field, string json, string error)
    {
        var meta = FrameServer.Meta();
        meta.Remove(field);
        if (json.Length > 0)
        {
            meta[field] = JsonNode.Parse(json);
        }

        Assert.Equal((400, Refusal(error)), await frames.SendAsync(meta));
        Assert.Empty(frames.Files());
        Assert.Equal(0, await frames.CountAsync("SELECT count(*) FROM frames.captures"));
    }

    [Fact]
    public async Task What_is_no_whole_JPEG_of_the_said_size_is_refused()
    {
        var jpeg = FrameServer.Jpeg;
        byte[] png = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. new byte[100]];
        Assert.Equal((400, Refusal("image is not a JPEG")), await frames.SendAsync(FrameServer.Meta(), png));
        Assert.Equal((400, Refusal("image is not a JPEG")), await frames.SendAsync(FrameServer.Meta(), []));
        Assert.Equal((400, Refusal("image is truncated")), await frames.SendAsync(FrameServer.Meta(), jpeg[..(jpeg.Length / 2)]));
        Assert.Equal((400, Refusal("image is truncated")), await frames.SendAsync(FrameServer.Meta(), jpeg[..30]));
        Assert.Equal((400, Refusal("image is too large")), await frames.SendAsync(FrameServer.Meta(), WithSize(jpeg, 65_000, 65_000)));
        Assert.Equal((400, Refusal("image size does not match meta")), await frames.SendAsync(FrameServer.Meta(), WithSize(jpeg, 8_000, 8_000)));
        Assert.Empty(frames.Files());
    }

    [Fact]
    public async Task A_form_without_its_parts_says_which_one_is_missing()
    {
        Assert.Equal((400, Refusal("missing required field: meta")), await frames.PostAsync(FrameContract.FramePath, new MultipartFormDataContent { { new ByteArrayContent(FrameServer.Jpeg), "image", "a.jpg" } }));
        Assert.Equal((400, Refusal("missing required field: image")), await frames.PostAsync(FrameContract.FramePath, new MultipartFormDataContent { { new StringContent(FrameServer.Meta().ToJsonString()), "meta" } }));
        using var broken = new StringContent("no form at all", Encoding.UTF8);
        broken.Headers.ContentType = new("multipart/form-data") { Parameters = { new("boundary", "x") } };
        Assert.Equal((400, Refusal("invalid multipart")), await frames.PostAsync(FrameContract.FramePath, broken));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        Assert.Equal((413, Refusal("body too large")), await frames.SendAsync(FrameServer.Meta(), [.. FrameServer.Jpeg, .. new byte[4 * 1024 * 1024]]));
        Assert.Equal((413, Refusal("body too large")), await frames.SendAsync(FrameServer.Meta(), new byte[7 * 1024 * 1024]));
        Assert.Empty(frames.Files());
    }

    [Fact]
    public async Task A_number_that_is_taken_is_409_and_nothing_is_overwritten()
    {
        Assert.Equal(200, (await frames.SendAsync(FrameServer.Meta(3))).Status);
        var before = frames.Files();
        using var form = FrameServer.Form(FrameServer.Meta(3), [.. FrameServer.Jpeg, 0, 0]);
        using var answer = await frames.Device.PostAsync(FrameContract.FramePath, form);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal(Refusal("duplicate device seq"), await answer.Content.ReadAsStringAsync());
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(FrameServer.Jpeg)), Assert.Single(answer.Headers.GetValues(FrameContract.StoredSha256Header)));
        Assert.Equal(before, frames.Files());
        Assert.Equal(FrameServer.Jpeg, await File.ReadAllBytesAsync(Path.Combine(frames.FramesPath, before[0])));
    }

    [Fact]
    public async Task Without_its_own_key_a_device_is_not_heard()
    {
        using var nobody = frames.Server.Anonymous();
        Assert.Equal((401, Refusal("invalid device key")), await frames.SendAsync(FrameServer.Meta(), from: nobody));
        using var guesser = frames.Server.Anonymous();
        guesser.DefaultRequestHeaders.Add(FrameContract.KeyHeader, frames.Key[..^1] + "x");
        Assert.Equal((401, Refusal("invalid device key")), await frames.SendAsync(FrameServer.Meta(), from: guesser));

        // The key of one device says nothing for another.
        await Devices.AddAsync(DeviceId.Parse("shelf-2"), "Another", CancellationToken.None);
        var meta = FrameServer.Meta();
        meta["device_id"] = "shelf-2";
        Assert.Equal((401, Refusal("invalid device key")), await frames.SendAsync(meta));
        using var config = await frames.Device.GetAsync(FrameContract.ConfigPath + "?device_id=shelf-2");
        Assert.Equal(HttpStatusCode.Unauthorized, config.StatusCode);
        Assert.Equal((401, Refusal("invalid device key")), await frames.PostAsync(FrameContract.HeartbeatPath, FrameServer.Json(new JsonObject { ["device_id"] = "shelf-2" })));
        Assert.Equal((401, Refusal("invalid device key")), await frames.PostAsync(FrameContract.EventPath, FrameServer.Json(new JsonObject { ["device_id"] = "shelf-1" }), nobody));
        Assert.Empty(frames.Files());
    }

    [Fact]
    public async Task A_disabled_device_is_403_and_the_key_is_in_no_row()
    {
        await Devices.ChangeAsync(Id, null, isEnabled: false, null, null, CancellationToken.None);
        Assert.Equal((403, Refusal("device disabled")), await frames.SendAsync(FrameServer.Meta()));
        Assert.Equal(0, await frames.CountAsync($"SELECT count(*) FROM frames.devices d WHERE d::text LIKE '%{frames.Key}%'"));
    }

    [Fact]
    public async Task After_a_rotation_both_keys_open_until_the_overlap_is_over()
    {
        var rotated = await Devices.RotateKeyAsync(Id, TimeSpan.FromHours(1), CancellationToken.None);
        using var renewed = frames.Server.Anonymous();
        renewed.DefaultRequestHeaders.Add(FrameContract.KeyHeader, rotated);
        Assert.Equal(200, (await frames.SendAsync(FrameServer.Meta(1))).Status);
        Assert.Equal(200, (await frames.SendAsync(FrameServer.Meta(2), from: renewed)).Status);
        await Devices.RotateKeyAsync(Id, TimeSpan.Zero, CancellationToken.None);
        Assert.Equal(401, (await frames.SendAsync(FrameServer.Meta(3))).Status);
        Assert.Equal(401, (await frames.SendAsync(FrameServer.Meta(3), from: renewed)).Status);
    }

    [Fact]
    public async Task A_signed_request_needs_no_key_and_is_taken_once()
    {
        await Devices.ChangeAsync(Id, null, null, requiresSignature: true, null, CancellationToken.None);
        Assert.Equal((401, Refusal("invalid device key")), await frames.SendAsync(FrameServer.Meta()));
        using var device = frames.Server.Anonymous();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal(200, (await SignedAsync(device, 1, now, "nonce-of-one")).Status);
        Assert.Equal((401, Refusal("replayed request")), await SignedAsync(device, 1, now, "nonce-of-one"));
        Assert.Equal((401, Refusal("signature outside of the replay window")), await SignedAsync(device, 2, now - 86_400_000, "nonce-of-two"));
        Assert.Equal((401, Refusal("invalid device key")), await SignedAsync(device, 2, now, "nonce-of-two", key: "rigcam_guessed"));
        Assert.Equal((401, Refusal("signature does not match the body")), await SignedAsync(device, 2, now, "nonce-of-3rd", otherBody: true));
        Assert.Equal(1, await frames.CountAsync("SELECT count(*) FROM frames.captures"));
    }

    [Fact]
    public async Task A_heartbeat_is_kept_with_what_the_device_says_of_its_health()
    {
        var body = JsonNode.Parse("""{"device_id":"shelf-1","rssi":-61,"battery_mv":3900,"fw_version":"1.2","health":{"mode":"baseline","spooled_frames":4}}""")!;
        var (status, reply) = await frames.PostAsync(FrameContract.HeartbeatPath, FrameServer.Json(body));
        Assert.Equal(200, status);
        Assert.Equal(["ok", "last_seen"], JsonNode.Parse(reply)!.AsObject().Select(member => member.Key));
        Assert.Equal(1, await frames.CountAsync("SELECT count(*) FROM frames.devices WHERE rssi_dbm = -61 AND battery_mv = 3900 AND fw_version = '1.2' AND health->>'spooled_frames' = '4' AND last_seen_at IS NOT NULL"));
        Assert.Equal((400, Refusal("invalid field: health")), await frames.PostAsync(FrameContract.HeartbeatPath, FrameServer.Json(new JsonObject { ["device_id"] = "shelf-1", ["health"] = 3 })));
    }

    [Fact]
    public async Task A_device_may_report_an_event_of_its_own()
    {
        var body = JsonNode.Parse("""{"device_id":"shelf-1","event_type":"door_opened","event_ts":"2026-12-01T10:00:00Z","confidence":0.5,"note":"a"}""")!;
        var (status, reply) = await frames.PostAsync(FrameContract.EventPath, FrameServer.Json(body));
        Assert.Equal(200, status);
        Assert.Equal(["ok", "event_id"], JsonNode.Parse(reply)!.AsObject().Select(member => member.Key));
        body["confidence"] = 2;
        Assert.Equal((400, Refusal("invalid field: confidence")), await frames.PostAsync(FrameContract.EventPath, FrameServer.Json(body)));
        body["event_type"] = "<script>";
        Assert.Equal((400, Refusal("invalid field: event_type")), await frames.PostAsync(FrameContract.EventPath, FrameServer.Json(body)));
    }

    [Fact]
    public async Task The_configuration_has_both_sets_of_keys_and_says_the_last_number()
    {
        Assert.Equal(200, (await frames.SendAsync(FrameServer.Meta(41))).Status);
        using var answer = await frames.Device.GetAsync(FrameContract.ConfigPath + "?device_id=shelf-1");
        var reply = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.True((bool)reply["ok"]!);
        Assert.Equal("shelf-1", (string)reply["device_id"]!);
        Assert.Equal(41, (long)reply["last_seq"]!);
        var config = reply["config"]!;
        foreach (var (name, value) in new[]
        {
            ("capture_interval_s", 30.0), ("burst_fps", 2), ("burst_duration_s", 15), ("burst_cooldown_s", 60), ("interaction_threshold", 0.3), ("interaction_min_frames", 3), ("interaction_end_timeout_s", 3),
            ("capture_interval_ms", 30_000), ("burst_interval_ms", 500), ("burst_duration_ms", 15_000), ("burst_cooldown_ms", 60_000), ("min_frames", 3), ("end_timeout_ms", 3_000), ("poll_interval_ms", 15_000),
        })
        {
            Assert.True((double)config[name]! == value, $"{name} is {config[name]}");
        }

        Assert.Equal("baseline", (string)config["capture_mode"]!);
        using var missing = await frames.Device.GetAsync(FrameContract.ConfigPath);
        Assert.Equal(Refusal("missing required field: device_id"), await missing.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_picture_counts_by_its_age_where_the_devices_date_is_wrong_by_a_day()
    {
        frames.Device.DefaultRequestHeaders.Add(FrameContract.AgeHeader, "5000");
        var meta = FrameServer.Meta(1);
        meta["capture_ts"] = TimeProvider.System.GetUtcNow().AddDays(-1).ToString("O");
        Assert.Equal(200, (await frames.SendAsync(meta)).Status);
        frames.Device.DefaultRequestHeaders.Remove(FrameContract.AgeHeader);
        meta["seq"] = 2;
        meta["capture_ts"] = TimeProvider.System.GetUtcNow().AddDays(1).ToString("O");
        Assert.Equal(200, (await frames.SendAsync(meta)).Status);
        Assert.Equal(1, await frames.CountAsync("SELECT count(*) FROM frames.captures WHERE device_seq = 1 AND received_at - captured_at = interval '5 seconds'"));
        Assert.Equal(1, await frames.CountAsync("SELECT count(*) FROM frames.captures WHERE device_seq = 2 AND received_at = captured_at"));
    }

    private static DeviceId Id => DeviceId.Parse(FrameServer.DeviceName);

    private DeviceTable Devices => frames.Server.Services.GetRequiredService<DeviceTable>();

    private static string Refusal(string error) => new JsonObject { ["ok"] = false, ["error"] = error }.ToJsonString();

    private static byte[] WithSize(byte[] jpeg, int width, int height)
    {
        var copy = jpeg.ToArray();
        var at = copy.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(at + 5), (ushort)height);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(at + 7), (ushort)width);
        return copy;
    }

    private async Task<(int Status, string Body)> SignedAsync(HttpClient device, long seq, long unixMs, string nonce, string? key = null, bool otherBody = false)
    {
        // A boundary of our own: the replayed request is the same byte for byte.
        using var form = new MultipartFormDataContent("rig-test-boundary")
        {
            { new ByteArrayContent(FrameServer.Jpeg), "image", "a.jpg" },
            { new StringContent(FrameServer.Meta(seq).ToJsonString()), "meta" },
        };
        var body = await form.ReadAsByteArrayAsync();
        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body));
        var signed = new FrameSignature("POST", FrameContract.FramePath, FrameServer.DeviceName, unixMs, nonce, sha256);
        if (otherBody)
        {
            body[^40] ^= 1;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, FrameContract.FramePath) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = form.Headers.ContentType;
        request.Headers.Add(FrameSignature.DeviceHeader, signed.DeviceId);
        request.Headers.Add(FrameSignature.TimeHeader, $"{unixMs}");
        request.Headers.Add(FrameSignature.NonceHeader, nonce);
        request.Headers.Add(FrameSignature.BodyHeader, sha256);
        request.Headers.Add(FrameSignature.SignatureHeader, signed.Sign(FrameSignature.SecretOf(key ?? frames.Key)));
        using var answer = await device.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
