using Rig.Actors.Recording;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Tests.Support;

namespace Rig.Tests.NodeApi;

/// <summary>One node with its real actors and no cluster at all.</summary>
public sealed class LoneNodeTests
{
    [Fact]
    public async Task A_node_records_and_stops_by_its_own_routes()
    {
        await using var node = await NodeUnderTest.StartWithActorsAsync();
        var (status, body) = await node.PostAsync("/api/v1/record/start", """{"session_id":"Final"}""");
        Assert.True(status == 200, body.GetRawText());
        Assert.Equal("Final_CAM_L", body.GetProperty("recording_id").GetString());
        (status, body) = await node.PostAsync("/api/v1/record/start", "{}");
        Assert.Equal((400, "Already recording"), (status, body.GetProperty("error").GetString()));
        Assert.Equal(409, (await node.PostAsync("/api/v1/config", """{"sync":{"max_offset_ms":8}}""")).Status);

        (status, body) = await node.PostAsync("/api/v1/record/stop", "{}");
        Assert.True(status == 200, body.GetRawText());
        Assert.Equal("stopped", body.GetProperty("end_reason").GetString());
        Assert.Equal((400, "Not recording"), await ErrorAsync(node, "/api/v1/record/stop"));
        Assert.Equal(409, (await node.PostAsync("/api/v1/record/start", """{"session_id":"Final"}""")).Status);
    }

    [Fact]
    public async Task The_rigs_own_routes_work_on_a_node_that_is_alone()
    {
        await using var node = await NodeUnderTest.StartWithActorsAsync();
        var (status, body) = await node.PostAsync("/api/v1/coordinator/start", "{}");
        Assert.True(status == 200, body.GetRawText());
        Assert.Equal([CameraId.Left], node.Camera.Started.Single().SessionCameras);
        Assert.Equal(200, (await node.PostAsync("/api/v1/coordinator/stop", "{}")).Status);
        Assert.Single(node.Catalogue.List());
    }

    [Fact]
    public async Task A_full_disk_refuses_the_start_in_words()
    {
        // A minute at 6 Mbit/s above the reserve of 10 GB.
        await using var node = await NodeUnderTest.StartWithActorsAsync(new DiskSpace(1_000_000_000_000, 10_045_000_000));
        await Eventually.HoldsAsync(() => node.Catalogue.Published.Status.EstimatedRecordingMinutes == 1);
        var (status, body) = await node.PostAsync("/api/v1/record/start", "{}");
        Assert.Equal((409, ProblemCodes.StorageLow), (status, body.GetProperty("code").GetString()));
        Assert.Contains("The disk is full", body.GetProperty("error").GetString()!, StringComparison.Ordinal);
        Assert.Empty(node.Camera.Started);
    }

    [Fact]
    public async Task A_clean_end_seals_the_running_take_as_cut_short_by_it()
    {
        await using var node = await NodeUnderTest.StartWithActorsAsync();
        Assert.Equal(200, (await node.PostAsync("/api/v1/record/start", "{}")).Status);
        await node.StopAsync();
        Assert.Equal(TakeEndReason.NodeStopped, Assert.Single(node.Catalogue.List()).EndReason);
    }

    private static async Task<(int Status, string? Error)> ErrorAsync(NodeUnderTest node, string path)
    {
        var (status, body) = await node.PostAsync(path, "{}");
        return (status, body.GetProperty("error").GetString());
    }
}
