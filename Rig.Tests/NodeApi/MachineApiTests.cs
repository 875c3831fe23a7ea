using System.Text;
using System.Text.Json;
using Rig.Actors.Recording;
using Rig.CameraNode.Control;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Tests.Support;

namespace Rig.Tests.NodeApi;

public sealed class MachineApiTests : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private NodeUnderTest node = null!;

    public async Task InitializeAsync() => node = await NodeUnderTest.StartWithActorsAsync();

    public async Task DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task A_recording_camera_is_switched_off_only_by_force_and_then_seals_its_take_first()
    {
        Assert.Equal(200, (await node.PostAsync("/api/v1/record/start", """{"session_id":"Final"}""")).Status);
        Assert.Equal(409, (await node.PostAsync("/api/v1/shutdown", "{}")).Status);
        Assert.Equal(409, (await node.PostAsync("/api/v1/reboot", "{}")).Status);
        Assert.Equal(409, (await node.PostAsync("/api/v1/mode", """{"production_mode":false}""")).Status);
        Assert.Equal(409, (await node.PostAsync("/api/v1/selftest", "{}")).Status);
        Assert.Empty(node.Camera.Stopped);

        Assert.Equal(200, (await node.PostAsync("/api/v1/shutdown", """{"force":true}""")).Status);
        Assert.Equal("off", await node.Power.Done.WaitAsync(Timeout));
        Assert.Equal("Final", node.Catalogue.List().Single().Id.SessionId.Value);
    }

    [Fact]
    public async Task An_idle_camera_restarts_and_one_that_may_not_says_which_setting_allows_it()
    {
        node.Power.Refusal = "Set Rig:Power:AllowShutdown on it.";
        var (status, body) = await node.PostAsync("/api/v1/reboot", "{}");
        Assert.Equal((403, "Set Rig:Power:AllowShutdown on it."), (status, body.GetProperty("error").GetString()));
        node.Power.Refusal = null;
        Assert.Equal(200, (await node.PostAsync("/api/v1/reboot", "{}")).Status);
        Assert.Equal("reboot", await node.Power.Done.WaitAsync(Timeout));
    }

    [Fact]
    public async Task The_mode_is_kept_for_the_next_start()
    {
        Assert.Equal(400, (await node.PostAsync("/api/v1/mode", "{}")).Status);
        Assert.Equal(400, (await node.PostAsync("/api/v1/mode", """{"production_mode":"no"}""")).Status);
        var (status, body) = await node.PostAsync("/api/v1/mode", """{"production_mode":false}""");
        Assert.Equal((200, true), (status, body.GetProperty("restart_required").GetBoolean()));
        Assert.Contains("\"Rig:Node:ProductionMode\": \"false\"", await File.ReadAllTextAsync(node.Folder.File("config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_is_read_from_memory()
    {
        node.Camera.BeforeStart = _ => Task.FromException(new TakeFailedException("The lens cap is on."));
        Assert.Equal(500, (await node.PostAsync("/api/v1/record/start", "{}")).Status);

        // The actors' lines are written by an actor of their own, so that they come a little after what they tell of.
        var (status, body) = (0, default(JsonElement));
        await Eventually.HoldsAsync(async () =>
        {
            (status, body) = await node.GetAsync("/api/v1/logs?lines=5");
            Assert.Equal(200, status);
            return body.GetProperty("lines").EnumerateArray().Any(line => line.GetString()!.Contains("The lens cap is on.", StringComparison.Ordinal));
        });
        Assert.Contains("Production mode", body.GetProperty("message").GetString()!, StringComparison.Ordinal);
        Assert.Equal(400, (await node.GetAsync("/api/v1/logs?lines=-1")).Status);
    }

    [Fact]
    public async Task The_clock_is_read_on_demand_and_the_network_is_told()
    {
        var (status, body) = await node.PostAsync("/api/v1/sync/trigger", "{}");
        Assert.Equal((200, "unknown"), (status, body.GetProperty("sync").GetProperty("confidence").GetString()));
        (status, body) = await node.GetAsync("/api/v1/network/status");
        Assert.Equal((200, "SOCCER_CAM_L", 0), (status, body.GetProperty("ap_ssid").GetString(), body.GetProperty("peers_count").GetInt32()));
        Assert.Equal(JsonValueKind.False, body.GetProperty("ap_mode").ValueKind);
        node.ShowRig(null, node.Report(), node.Report(camera: "CAM_R"));
        Assert.Equal("CAM_R", (await node.GetAsync("/api/v1/network/peers")).Body.GetProperty("peers")[0].GetProperty("camera_id").GetString());
    }

    [Fact]
    public async Task The_preview_streams_pictures_as_they_come()
    {
        Assert.Equal(503, (await node.GetAsync("/preview")).Status);
        node.Camera.Preview = new PreviewPicture([0xFF, 0xD8, 0x01], node.Clock.NodeNow);
        using var response = await node.Http.GetAsync("/preview", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("multipart/x-mixed-replace; boundary=frame", response.Content.Headers.ContentType!.ToString());
        await using var body = await response.Content.ReadAsStreamAsync();
        Assert.Equal(0x01, await NextPictureAsync(body));
        node.Camera.Preview = new PreviewPicture([0xFF, 0xD8, 0x02], node.Clock.NodeNow);
        Assert.Equal(0x02, await NextPictureAsync(body));
    }

    [Fact]
    public async Task Videos_and_manifests_are_also_served_by_their_file_names()
    {
        var video = Encoding.ASCII.GetBytes("a video");
        node.Catalogue.Seal(new TakeId(SessionId.Parse("Final"), CameraId.Left), video: video);
        Assert.Equal(video, await node.Http.GetByteArrayAsync("/download/Final/CAM_L/Final_CAM_L.mp4"));
    }

    [Fact]
    public async Task A_self_test_of_a_camera_that_is_not_there_fails_with_the_reason()
    {
        node.Camera.Status = node.Camera.Status with { Detected = false, Problem = "The cable is loose." };
        await node.UntilShownAsync(camera => !camera.Detected);
        var (status, body) = await node.PostAsync("/api/v1/selftest", "{}");
        Assert.Equal((500, false, false), (status, body.GetProperty("passed").GetBoolean(), body.GetProperty("camera_detected").GetBoolean()));
        Assert.Equal("The camera gives no picture. The cable is loose.", body.GetProperty("errors")[0].GetString());
        Assert.Equal(400, (await node.PostAsync("/api/v1/selftest", """{"duration_sec":600}""")).Status);
        Assert.False((await node.GetAsync("/api/v1/selftest")).Body.GetProperty("last").GetProperty("passed").GetBoolean());
    }

    [Fact]
    public async Task A_users_session_cannot_bear_the_name_of_a_self_test() =>
        Assert.Equal(400, (await node.PostAsync("/api/v1/record/start", """{"session_id":"SELFTEST_1"}""")).Status);

    [Fact]
    public async Task While_the_camera_tests_itself_a_start_is_refused_in_words()
    {
        var id = new TakeId(SessionId.ForSelfTest(node.Clock.NodeNow), CameraId.Left);
        await ((INodeControl)node.Services.GetService(typeof(INodeControl))!).AskCameraAsync(new CameraProtocol.StartSelfTest(id), Timeout, CancellationToken.None);
        var (status, body) = await node.PostAsync("/api/v1/record/start", "{}");
        Assert.Equal((409, ProblemCodes.Busy), (status, body.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Confirming_deleting_and_cleaning_up_at_the_same_time_never_block_one_another()
    {
        var takes = Enumerable.Range(1, 12).Select(n => node.Catalogue.Seal(new TakeId(SessionId.Parse("Final"), CameraId.Left, n))).ToList();
        var calls = takes.Select(take => node.PostAsync("/api/v1/recordings/confirm", $$$"""
            {"session_id":"Final","camera_id":"CAM_L","file":"{{{take.FileName}}}","checksum":{"algo":"sha256","value":"{{{take.Sha256}}}"}}
            """)).Concat(Enumerable.Range(0, 6).Select(_ => node.PostAsync("/api/v1/recordings/cleanup", "{}")));
        Assert.All(await Task.WhenAll(calls).WaitAsync(Timeout), answer => Assert.Contains(answer.Status, new[] { 200, 404 }));
        Assert.Equal(200, (await node.PostAsync("/api/v1/recordings/cleanup", "{}")).Status);
        Assert.Empty(node.Catalogue.List());
    }

    /// <summary>Reads one part of the stream; the value of its last byte.</summary>
    private static async Task<int> NextPictureAsync(Stream body)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await body.ReadExactlyAsync(one, timeout.Token);
            head.Append((char)one[0]);
        }

        Assert.Contains("--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 3", head.ToString(), StringComparison.Ordinal);
        var picture = new byte[5];
        await body.ReadExactlyAsync(picture, timeout.Token);
        return picture[2];
    }
}
