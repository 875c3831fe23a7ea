using Rig.Actors.Hosting;
using Rig.Actors.Membership;
using Rig.Actors.Wire;
using Rig.Rehearsal.Demo;
using Rig.Tests.Support;
using static Rig.Tests.Membership.AcrossNodes;
using static Rig.Tests.Membership.ProgramClusters;

namespace Rig.Tests.Membership;

public sealed class ProgramClusterTests : IAsyncLifetime
{
    private readonly ProgramClusters clusters = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await clusters.DisposeAsync();

    [Fact]
    public async Task A_camera_nodes_system_has_its_address_from_the_options_and_all_else_from_the_files()
    {
        var (first, own) = (FreePort.Next(), FreePort.Next());
        var config = (await clusters.CameraAsync("CAM_C", own, first, own)).Current!.Settings.Config;
        AssertOfTheRig(config, own, first, own);
        Assert.Equal([ClusterRoles.Camera, ClusterRoles.MasterClock], config.GetStringList("akka.cluster.roles"));
    }

    [Fact]
    public async Task A_home_servers_system_has_its_address_from_the_options_and_all_else_from_the_files()
    {
        var (first, own) = (FreePort.Next(), FreePort.Next());
        var config = (await clusters.HomeServerAsync(own, first)).Current!.Settings.Config;
        AssertOfTheRig(config, own, first);
        Assert.Equal([ClusterRoles.Ingest, ClusterRoles.Worker], config.GetStringList("akka.cluster.roles"));
    }

    [Fact]
    public async Task The_first_seed_hosts_the_coordinator_whenever_it_is_there_first_and_another_takes_over_when_it_leaves()
    {
        // The highest address, so that no rule but age makes it the host.
        int[] ports = [.. new[] { FreePort.Next(), FreePort.Next(), FreePort.Next() }.OrderDescending()];
        var center = await clusters.CameraAsync("CAM_C", ports[0], ports);
        var (left, right) = (await clusters.CameraAsync("CAM_L", ports[1], ports), await clusters.CameraAsync("CAM_R", ports[2], ports));
        await EventuallyAsync(() => ((ClusterSystem[])[center, left, right]).All(cluster => MembersUp(cluster) == 3), "three members are up");
        await Eventually.HoldsAsync(() => HostsCoordinatorAsync(center));
        Assert.False(await HostsCoordinatorAsync(left) || await HostsCoordinatorAsync(right));

        await center.StopAsync(CancellationToken.None);
        await Eventually.HoldsAsync(async () => await HostsCoordinatorAsync(left) || await HostsCoordinatorAsync(right));
        Assert.False(await HostsCoordinatorAsync(left) && await HostsCoordinatorAsync(right));
    }

    [Fact]
    public async Task A_first_seed_that_comes_late_leaves_the_coordinator_where_it_is()
    {
        int[] ports = [FreePort.Next(), FreePort.Next(), FreePort.Next()];
        var (left, right) = (await clusters.CameraAsync("CAM_L", ports[1], ports), await clusters.CameraAsync("CAM_R", ports[2], ports));
        await EventuallyAsync(() => MembersUp(left) == 2 && MembersUp(right) == 2, "two members are up");
        await Eventually.HoldsAsync(async () => await HostsCoordinatorAsync(left) || await HostsCoordinatorAsync(right));
        var host = await HostsCoordinatorAsync(left) ? left : right;

        var center = await clusters.CameraAsync("CAM_C", ports[0], ports);
        await EventuallyAsync(() => MembersUp(center) == 3, "three members are up");
        Assert.True(await HostsCoordinatorAsync(host));
        Assert.False(await HostsCoordinatorAsync(center));
    }

    private static void AssertOfTheRig(Config config, int port, params int[] seeds)
    {
        Assert.Equal("127.0.0.1", config.GetString("akka.remote.dot-netty.tcp.hostname"));
        Assert.Equal(port, config.GetInt("akka.remote.dot-netty.tcp.port"));
        Assert.Equal(seeds.Select(seed => $"akka.tcp://rig@127.0.0.1:{seed}"), config.GetStringList("akka.cluster.seed-nodes"));
        Assert.Equal(1 << 20, config.GetByteSize("akka.remote.dot-netty.tcp.maximum-frame-size"));
        Assert.Equal(TimeSpan.FromMilliseconds(500), config.GetTimeSpan("akka.remote.retry-gate-closed-for"));
        Assert.Contains("SplitBrainResolverProvider", config.GetString("akka.cluster.downing-provider-class"), StringComparison.Ordinal);
        Assert.Equal("keep-majority", config.GetString("akka.cluster.split-brain-resolver.active-strategy"));
        Assert.Equal(ClusterRoles.Camera, config.GetString("akka.cluster.split-brain-resolver.keep-majority.role"));
        Assert.Equal(TimeSpan.FromSeconds(1), config.GetTimeSpan("akka.cluster.split-brain-resolver.stable-after"));
        Assert.False(config.GetBoolean("akka.cluster.split-brain-resolver.down-all-when-unstable", true));
        Assert.Equal(TimeSpan.FromSeconds(2), config.GetTimeSpan("akka.cluster.failure-detector.acceptable-heartbeat-pause"));
        Assert.Equal(TimeSpan.FromMilliseconds(500), config.GetTimeSpan("akka.cluster.singleton.hand-over-retry-interval"));
        Assert.Equal(TimeSpan.FromMilliseconds(300), config.GetTimeSpan("akka.cluster.singleton-proxy.singleton-identification-interval"));
        Assert.Equal(TimeSpan.FromMilliseconds(100), config.GetTimeSpan("akka.cluster.scheduler.tick-duration"));
        Assert.True(config.GetBoolean("akka.cluster.run-coordinated-shutdown-when-down"));
        Assert.False(config.GetBoolean("akka.coordinated-shutdown.run-by-clr-shutdown-hook", true));
        Assert.Equal("json", config.GetConfig("akka.actor.serialization-bindings").AsEnumerable().Single(binding => binding.Key == "System.Object").Value.GetString());
        Assert.Contains(nameof(RefusingSerializer), config.GetString("akka.actor.serializers.json"), StringComparison.Ordinal);
    }
}
