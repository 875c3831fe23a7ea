using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.Domain.Identity;
using Rig.Domain.Messages;

namespace Rig.Tests.NodeApi;

/// <summary>Real nodes ask each other over loopback.</summary>
public sealed class PeersApiTests
{
    [Fact]
    public async Task A_camera_that_the_cluster_does_not_reach_is_added_asked_and_still_known_after_a_restart()
    {
        await using var right = await NodeUnderTest.StartAsync("--Rig:Node:CameraId=CAM_R");
        right.Board.Node = right.Report(NodePhase.Recording, "CAM_R");
        await using var node = await NodeUnderTest.StartAsync();
        Assert.Equal("unknown", (await PeerAsync(node, "CAM_R")).GetProperty("status").GetString());
        await AddAsync(node, right);

        var peer = await PeerAsync(node, "CAM_R");
        Assert.Equal(
            ("right", "127.0.0.1", right.Http.BaseAddress!.Port, "recording", false, true),
            (peer.GetProperty("position").GetString(), peer.GetProperty("ip").GetString(), peer.GetProperty("port").GetInt32(), peer.GetProperty("status").GetString(),
                peer.GetProperty("is_local").GetBoolean(), peer.GetProperty("added").GetBoolean()));
        Assert.Equal("CAM_R", peer.GetProperty("details").GetProperty("node").GetProperty("camera_id").GetString());
        Assert.True((await PeerAsync(node, "CAM_L")).GetProperty("is_local").GetBoolean());

        await using var again = await NodeUnderTest.StartAsync($"--Rig:Node:ConfigPath={node.Folder.File("config.json")}");
        Assert.Equal("recording", (await PeerAsync(again, "CAM_R")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_phone_sees_another_cameras_picture_by_the_node_that_it_is_paired_with()
    {
        await using var right = await NodeUnderTest.StartAsync("--Rig:Node:CameraId=CAM_R");
        await using var node = await NodeUnderTest.StartAsync();
        Assert.Equal(404, (await node.GetAsync("/preview/CAM_X/snapshot")).Status);
        await AddAsync(node, right);
        Assert.Equal(503, (await node.GetAsync("/preview/CAM_R/snapshot")).Status);
        Assert.Equal(503, (await node.GetAsync("/preview/CAM_R")).Status);

        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 7];
        right.Camera.Preview = new PreviewPicture(jpeg, right.Clock.NodeNow);
        using var picture = await node.Http.GetAsync("/preview/CAM_R/snapshot");
        Assert.Equal("image/jpeg", picture.Content.Headers.ContentType!.MediaType);
        Assert.Equal(jpeg, await picture.Content.ReadAsByteArrayAsync());
        using var stream = await node.Http.GetAsync("/preview/CAM_R", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("multipart/x-mixed-replace", stream.Content.Headers.ContentType!.MediaType);
        var begin = new byte[7];
        await (await stream.Content.ReadAsStreamAsync()).ReadExactlyAsync(begin);
        Assert.Equal("--frame"u8.ToArray(), begin);
    }

    [Fact]
    public async Task A_peer_that_was_switched_off_is_offline_and_no_error_and_can_be_forgotten()
    {
        await using var node = await NodeUnderTest.StartAsync();
        await using (var right = await NodeUnderTest.StartAsync("--Rig:Node:CameraId=CAM_R"))
        {
            await AddAsync(node, right);
        }

        var peer = await PeerAsync(node, "CAM_R");
        Assert.Equal(("offline", JsonValueKind.Null), (peer.GetProperty("status").GetString(), peer.GetProperty("details").ValueKind));
        Assert.Contains("cannot be reached", peer.GetProperty("error").GetString()!, StringComparison.Ordinal);
        Assert.Equal(200, (await node.GetAsync("/api/v1/coordinator/status")).Status);
        Assert.Equal(200, (await DeleteAsync(node, "CAM_R")).Status);
        Assert.Equal("unknown", (await PeerAsync(node, "CAM_R")).GetProperty("status").GetString());
        Assert.Equal(404, (await DeleteAsync(node, "CAM_R")).Status);
        Assert.DoesNotContain("CAM_R", await File.ReadAllTextAsync(node.Folder.File("config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_camera_at_the_address_is_named_and_its_answers_are_not_taken()
    {
        await using var center = await NodeUnderTest.StartAsync("--Rig:Node:CameraId=CAM_C");
        await using var node = await NodeUnderTest.StartAsync();
        await AddAsync(node, center, "CAM_R");
        var peer = await PeerAsync(node, "CAM_R");
        Assert.Equal("offline", peer.GetProperty("status").GetString());
        Assert.Contains("At that address is CAM_C and not CAM_R", peer.GetProperty("error").GetString()!, StringComparison.Ordinal);
        var (_, recordings) = await node.GetAsync("/api/v1/coordinator/recordings");
        Assert.Contains("CAM_C", recordings.GetProperty("cameras").GetProperty("CAM_R").GetProperty("error").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_camera_that_does_not_answer_in_the_set_time_is_said_to_be_late()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        await using var node = await NodeUnderTest.StartAsync("--Rig:Peers:AnswerTimeoutSec=0.2", $"--Rig:Peers:Added:CAM_R=127.0.0.1:{((IPEndPoint)mute.LocalEndpoint).Port}");
        var peer = await PeerAsync(node, "CAM_R");
        Assert.Equal(("offline", "The camera did not answer in time."), (peer.GetProperty("status").GetString(), peer.GetProperty("error").GetString()));
    }

    [Theory]
    [InlineData("""{"camera_id":"../etc","ip":"192.168.1.3"}""", "'camera_id' must be")]
    [InlineData("""{"ip":"192.168.1.3"}""", "'camera_id' must be")]
    [InlineData("""{"camera_id":"CAM_X","ip":"192.168.1.3"}""", "CAM_X is no camera of this rig")]
    [InlineData("""{"camera_id":"CAM_L","ip":"192.168.1.3"}""", "this camera itself")]
    [InlineData("""{"camera_id":"CAM_R"}""", "'ip' must be")]
    [InlineData("""{"camera_id":"CAM_R","ip":"example.org"}""", "'ip' must be an IP address")]
    [InlineData("""{"camera_id":"CAM_R","ip":"10.1"}""", "'ip' must be an IP address")]
    [InlineData("""{"camera_id":"CAM_R","ip":"8.8.8.8"}""", "of the rig's own network")]
    [InlineData("""{"camera_id":"CAM_R","ip":"::ffff:8.8.8.8"}""", "of the rig's own network")]
    [InlineData("""{"camera_id":"CAM_R","ip":"0.0.0.0"}""", "of the rig's own network")]
    [InlineData("""{"camera_id":"CAM_R","ip":"192.168.1.3","port":0}""", "'port' must be")]
    [InlineData("""{"camera_id":"CAM_R","ip":"192.168.1.3","port":"x"}""", "'port' must be")]
    public async Task What_can_be_no_peer_is_refused_in_words_and_nothing_is_kept(string body, string error)
    {
        await using var node = await NodeUnderTest.StartAsync();
        var (status, answer) = await node.PostAsync("/api/v1/coordinator/peers", body);
        Assert.Equal(400, status);
        Assert.Contains(error, answer.GetProperty("error").GetString()!, StringComparison.Ordinal);
        Assert.False(File.Exists(node.Folder.File("config.json")));
        Assert.Equal(400, (await DeleteAsync(node, "x")).Status);
    }

    [Fact]
    public async Task Loopback_is_no_address_of_a_rig_that_spans_machines()
    {
        await using var node = await NodeUnderTest.StartAsync("--Rig:Node:ClusterHost=192.168.1.101");
        Assert.Equal(400, (await node.PostAsync("/api/v1/coordinator/peers", """{"camera_id":"CAM_R","ip":"127.0.0.1"}""")).Status);
        Assert.Equal(200, (await node.PostAsync("/api/v1/coordinator/peers", """{"camera_id":"CAM_R","ip":"192.168.1.103"}""")).Status);
        Assert.Contains("192.168.1.103:8080", await File.ReadAllTextAsync(node.Folder.File("config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recordings_of_all_cameras_are_listed_and_one_that_is_gone_is_named()
    {
        await using var right = await NodeUnderTest.StartAsync("--Rig:Node:CameraId=CAM_R");
        await using var node = await NodeUnderTest.StartAsync();
        await AddAsync(node, right);
        var session = SessionId.Parse("Final");
        node.Catalogue.Seal(new TakeId(session, CameraId.Left), video: new byte[3_000_000]);
        right.Catalogue.Seal(new TakeId(session, CameraId.Right), video: new byte[2_000_000]);
        right.Catalogue.Seal(new TakeId(session, CameraId.Right, 2), video: new byte[1_000_000]);
        var (status, body) = await node.GetAsync("/api/v1/coordinator/recordings");
        Assert.Equal((200, 3, 6.0), (status, body.GetProperty("total_count").GetInt32(), body.GetProperty("total_size_mb").GetDouble()));
        var cameras = body.GetProperty("cameras");
        Assert.Equal((1, 2), (cameras.GetProperty("CAM_L").GetArrayLength(), cameras.GetProperty("CAM_R").GetArrayLength()));
        Assert.Equal("Final_CAM_R", cameras.GetProperty("CAM_R").EnumerateArray().Select(t => t.GetProperty("id").GetString()).Order(StringComparer.Ordinal).First());
        Assert.Contains("CAM_C was not heard of yet", cameras.GetProperty("CAM_C").GetProperty("error").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_clocks_are_read_and_one_that_is_gone_is_named()
    {
        await using var right = await NodeUnderTest.StartAsync("--Rig:Node:CameraId=CAM_R");
        await using var node = await NodeUnderTest.StartAsync("--Rig:Node:ExpectedCameras:0=CAM_L", "--Rig:Node:ExpectedCameras:1=CAM_R");
        right.CameraAnswers = node.CameraAnswers = message => message is SyncProtocol.ReadClockNow ? "read" : null;
        var (status, body) = await node.PostAsync("/api/v1/coordinator/sync", "{}");
        Assert.Equal((200, false), (status, body.GetProperty("success").GetBoolean()));
        Assert.True(body.GetProperty("cameras").GetProperty("CAM_L").GetProperty("success").GetBoolean());
        Assert.False(body.GetProperty("cameras").GetProperty("CAM_R").GetProperty("success").GetBoolean());

        await AddAsync(node, right);
        (_, body) = await node.PostAsync("/api/v1/coordinator/sync", "{}");
        Assert.True(body.GetProperty("success").GetBoolean());
        Assert.Equal("unknown", body.GetProperty("cameras").GetProperty("CAM_R").GetProperty("sync").GetProperty("confidence").GetString());
        Assert.Single(right.Asked, m => m is SyncProtocol.ReadClockNow);
        Assert.Equal(400, (await node.PostAsync("/api/v1/coordinator/sync", "x=1", "application/x-www-form-urlencoded")).Status);
    }

    [Fact]
    public async Task A_test_of_the_rig_names_every_camera_that_failed_and_none_runs_while_one_records()
    {
        await using var right = await NodeUnderTest.StartAsync("--Rig:Node:CameraId=CAM_R");
        await using var node = await NodeUnderTest.StartAsync("--Rig:Node:ExpectedCameras:0=CAM_L", "--Rig:Node:ExpectedCameras:1=CAM_R");
        await AddAsync(node, right);
        node.Camera.Status = node.Camera.Status with { Detected = false, Problem = "The cable is loose." };
        right.Camera.Status = right.Camera.Status with { Detected = false, Problem = "The lens is gone." };
        var (status, body) = await node.PostAsync("/api/v1/coordinator/test", """{"duration_sec":1}""");
        Assert.Equal((500, false, "The test failed on CAM_L and CAM_R."), (status, body.GetProperty("all_passed").GetBoolean(), body.GetProperty("error").GetString()));
        Assert.Contains("cable", body.GetProperty("cameras").GetProperty("CAM_L").GetProperty("errors")[0].GetString()!, StringComparison.Ordinal);
        Assert.Contains("lens", body.GetProperty("cameras").GetProperty("CAM_R").GetProperty("errors")[0].GetString()!, StringComparison.Ordinal);

        Assert.Equal(400, (await node.PostAsync("/api/v1/coordinator/test", """{"duration_sec":600}""")).Status);
        node.ShowRig(null, node.Report(), node.Report(NodePhase.Recording, "CAM_R"));
        Assert.Equal(409, (await node.PostAsync("/api/v1/coordinator/test", "{}")).Status);
    }

    [Fact]
    public async Task An_address_that_the_command_line_sets_is_not_forgotten_here()
    {
        await using var node = await NodeUnderTest.StartAsync("--Rig:Peers:Added:CAM_R=192.168.1.103:8080");
        Assert.Equal(409, (await DeleteAsync(node, "CAM_R")).Status);
    }

    private static async Task AddAsync(NodeUnderTest node, NodeUnderTest peer, string camera = "CAM_R")
    {
        var (status, body) = await node.PostAsync("/api/v1/coordinator/peers", $$"""{"camera_id":"{{camera}}","ip":"127.0.0.1","port":{{peer.Http.BaseAddress!.Port}}}""");
        Assert.True(status == 200, body.GetRawText());
    }

    private static async Task<JsonElement> PeerAsync(NodeUnderTest node, string camera)
    {
        var (status, body) = await node.GetAsync("/api/v1/coordinator/peers");
        Assert.Equal(200, status);
        return body.GetProperty("peers").EnumerateArray().Single(p => p.GetProperty("camera_id").GetString() == camera);
    }

    private static async Task<(int Status, JsonElement Body)> DeleteAsync(NodeUnderTest node, string camera)
    {
        using var response = await node.Http.DeleteAsync($"/api/v1/coordinator/peers/{camera}");
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }
}
