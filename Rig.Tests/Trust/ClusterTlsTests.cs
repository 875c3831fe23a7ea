using Rig.Actors.Hosting;
using Rig.Actors.Membership;
using Rig.Rehearsal.Demo;
using Rig.Tests.Membership;
using Rig.Tests.Support;
using static Rig.Tests.Membership.AcrossNodes;

namespace Rig.Tests.Trust;

/// <summary>The programs' own cluster systems over TLS: who is of the rig joins, and nobody else.</summary>
public sealed class ClusterTlsTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly ProgramClusters clusters = new();
    private readonly (int Center, int Other) ports = (FreePort.Next(), FreePort.Next());
    private TestTrust rig = null!;
    private ClusterSystem center = null!;

    public async Task InitializeAsync()
    {
        rig = new TestTrust(folder);
        center = await clusters.CameraAsync(rig.Of("CAM_C"), "CAM_C", ports.Center, ports.Center);
        await EventuallyAsync(() => ProgramClusters.MembersUp(center) == 1, "the first camera is a cluster");
    }

    public async Task DisposeAsync()
    {
        await clusters.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Enrolled_cameras_and_server_are_one_cluster_and_are_again_after_the_certificates_changed()
    {
        var left = await clusters.CameraAsync(rig.Of("CAM_L"), "CAM_L", ports.Other, ports.Center);
        var home = await clusters.HomeServerAsync(rig.Of("home"), FreePort.Next(), ports.Center);
        await EventuallyAsync(() => ProgramClusters.MembersUp(center) == 3 && ProgramClusters.MembersUp(home) == 3, "all three are up");

        var before = left.Current;
        left.Renew();
        await EventuallyAsync(() => left.Current is { } now && now != before && ProgramClusters.MembersUp(left) == 3, "the camera is a member again");
    }

    [Fact]
    public async Task No_system_batches_its_messages_for_with_TLS_the_transport_forgets_those_that_wait_for_the_handshake()
    {
        // The fault itself came once in some twenty associations on a busy machine; the reason is beside the setting in hocon/cluster.conf.
        var home = await clusters.HomeServerAsync(rig.Of("home"), FreePort.Next(), ports.Center);
        foreach (var cluster in new[] { center, home })
        {
            var transport = cluster.Current!.Settings.Config.GetConfig("akka.remote.dot-netty.tcp");
            Assert.True(transport.GetBoolean("enable-ssl"));
            Assert.False(transport.GetBoolean("batching.enabled"));
        }
    }

    [Fact]
    public async Task A_machine_without_a_certificate_does_not_join() =>
        await KeptOutAsync(() => clusters.CameraAsync(null, "CAM_L", ports.Other, ports.Center));

    [Fact]
    public async Task A_machine_of_another_rig_does_not_join()
    {
        using var elsewhere = new TempFolder();
        var stranger = new TestTrust(elsewhere).Of("CAM_L");
        await KeptOutAsync(() => clusters.CameraAsync(stranger, "CAM_L", ports.Other, ports.Center));
    }

    [Fact]
    public async Task A_revoked_machine_does_not_join()
    {
        var left = rig.Of("CAM_L");
        rig.Issuing.Revoke("CAM_L");
        await KeptOutAsync(() => clusters.CameraAsync(left, "CAM_L", ports.Other, ports.Center));
    }

    [Theory]
    [InlineData(false, false, "192.168.1.101", true)]
    [InlineData(true, false, "192.168.1.101", false)]
    [InlineData(false, true, "192.168.1.101", false)]
    [InlineData(false, false, "127.0.0.1", false)]
    [InlineData(false, false, "localhost", false)]
    [InlineData(false, false, "cam-c.local", true)]
    public void An_open_cluster_port_in_a_network_is_refused(bool enrolled, bool plain, string host, bool refused)
    {
        var refusal = ClusterTls.Refusal(enrolled, plain, host, "rig-node trust join");
        Assert.Equal(refused, refusal is not null);
        Assert.True(refusal is null || refusal.Contains("rig-node trust join", StringComparison.Ordinal));
    }

    /// <summary>The stranger tries from before the server does until after it has joined, and is no member; at most it is alone.</summary>
    private async Task KeptOutAsync(Func<Task<ClusterSystem>> start)
    {
        var stranger = await start();
        var home = await clusters.HomeServerAsync(rig.Of("home"), FreePort.Next(), ports.Center);
        await EventuallyAsync(() => ProgramClusters.MembersUp(center) == 2 && ProgramClusters.MembersUp(home) == 2, "who belongs to the rig joins");
        Assert.DoesNotContain(Akka.Cluster.Cluster.Get(center.Current!).State.Members, member => member.Address.Port == ports.Other);

        // Null between two of its attempts.
        Assert.False(stranger.Current is { } alone && Akka.Cluster.Cluster.Get(alone).State.Members.Any(member => member.Address.Port == ports.Center));
    }
}
