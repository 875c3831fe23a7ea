using System.Text.Json;
using Rig.Actors.Recording;
using Rig.Domain.Messages;
using Rig.Tests.NodeApi;
using Rig.Tests.Support;

namespace Rig.Tests.NodeFraming;

public sealed class FramingApiTests
{
    private static readonly Lazy<byte[]> Good = new(() => AimedCamera.Jpeg(AimedCamera.Rgb()));
    private static readonly Lazy<byte[]> Askew = new(() => AimedCamera.Jpeg(AimedCamera.Rgb(rollDeg: 5)));

    [Fact]
    public async Task A_check_judges_the_newest_picture_with_the_names_that_clients_know()
    {
        await using var node = await CenterAsync();
        Show(node, Askew.Value);
        var (status, body) = await node.PostAsync("/api/v1/framing/check", "{}");
        Assert.Equal((200, "partial", true), (status, body.GetProperty("status").GetString(), body.GetProperty("available").GetBoolean()));
        foreach (var name in new[] { "score", "grass_coverage", "lines_detected", "has_center_line", "has_penalty_area", "has_sideline", "message", "sharpness", "overexposed", "underexposed", "covered" })
        {
            Assert.True(body.TryGetProperty(name, out _), name);
        }

        Assert.InRange(body.GetProperty("tilt_deg").GetDouble(), 4.3, 5.7);
        Assert.Contains("right side", body.GetProperty("guidance")[0].GetString()!, StringComparison.Ordinal);
        Show(node, Good.Value);
        Assert.NotEqual("partial", (await node.GetAsync("/api/v1/framing/status")).Body.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Without_a_picture_or_with_an_old_or_broken_one_the_answer_is_503_and_says_why()
    {
        await using var node = await CenterAsync();
        Assert.Equal((503, true), Told(await node.GetAsync("/api/v1/framing/status"), "has not given a picture"));
        Assert.Equal((503, true), Told(await node.PostAsync("/api/v1/framing/assist/start", "{}"), "has not given a picture"));
        node.Camera.Preview = new PreviewPicture(Good.Value, node.Clock.NodeNow.AddMinutes(-1));
        Assert.Equal((503, true), Told(await node.PostAsync("/api/v1/framing/check", "{}"), "stands still"));
        Show(node, [0xFF, 0xD8, 0x01]);
        Assert.Equal((503, true), Told(await node.PostAsync("/api/v1/framing/check", "{}"), "no picture that can be judged"));
        node.Camera.Status = node.Camera.Status with { Detected = false, Problem = "The cable is loose." };
        Assert.Equal((503, true), Told(await node.GetAsync("/api/v1/framing/status"), "The cable is loose."));
        Assert.Equal(400, (await node.PostAsync("/api/v1/framing/check", "x", "text/plain")).Status);
    }

    [Fact]
    public async Task The_help_runs_until_it_is_stopped_or_a_take_begins_and_confirms_an_aim_that_holds()
    {
        await using var node = await CenterAsync();
        Show(node, Good.Value);
        Assert.Equal(200, (await node.PostAsync("/api/v1/framing/assist/start", "{}")).Status);
        await Eventually.HoldsAsync(async () =>
        {
            Show(node, Good.Value);
            return (await node.GetAsync("/api/v1/framing/status")).Body is var body && body.GetProperty("assist_running").GetBoolean() && body.GetProperty("confirmed").GetBoolean();
        });
        Assert.Equal(200, (await node.PostAsync("/api/v1/framing/assist/stop", "{}")).Status);
        Assert.False((await node.GetAsync("/api/v1/framing/status")).Body.GetProperty("assist_running").GetBoolean());

        Show(node, Good.Value);
        Assert.Equal(200, (await node.PostAsync("/api/v1/framing/assist/start", "{}")).Status);
        node.Board.Node = node.Report(NodePhase.Recording, "CAM_C");
        await Eventually.HoldsAsync(async () => !(await node.GetAsync("/api/v1/framing/status")).Body.GetProperty("assist_running").GetBoolean());
        Assert.Equal((409, true), Told(await node.PostAsync("/api/v1/framing/assist/start", "{}"), "recording"));
    }

    [Fact]
    public async Task A_take_that_begins_keeps_what_the_camera_saw()
    {
        await using var node = await NodeUnderTest.StartWithActorsAsync("--Rig:Node:CameraId=CAM_C");
        Show(node, Askew.Value);
        var (status, started) = await node.PostAsync("/api/v1/record/start", """{"session_id":"Final"}""");
        Assert.True(status == 200, started.GetRawText());
        var framing = node.Camera.Started.Single().Framing!()!;
        Assert.Equal("partial", framing.Status);
        Assert.InRange(framing.TiltDeg!.Value, 4.3, 5.7);
        Assert.Equal(Askew.Value, Convert.FromBase64String(framing.SnapshotBase64!));
        node.Camera.Preview = null;
        Assert.Null(node.Camera.Started.Single().Framing!());
    }

    private static Task<NodeUnderTest> CenterAsync() => NodeUnderTest.StartAsync("--Rig:Node:CameraId=CAM_C");

    private static void Show(NodeUnderTest node, byte[] jpeg) => node.Camera.Preview = new PreviewPicture(jpeg, node.Clock.NodeNow);

    private static (int Status, bool Says) Told((int Status, JsonElement Body) answer, string words) =>
        (answer.Status, answer.Body.GetProperty("error").GetString()!.Contains(words, StringComparison.Ordinal));
}
