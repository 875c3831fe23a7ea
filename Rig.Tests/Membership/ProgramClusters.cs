extern alias ingest;
extern alias node;
using ingest::Rig.Ingest.Frames;
using ingest::Rig.Ingest.Hosting;
using ingest::Rig.Ingest.Pull;
using ingest::Rig.Ingest.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using node::Rig.CameraNode.Settings;
using Rig.Actors.Gateway;
using Rig.Actors.Hosting;
using Rig.Actors.Membership;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using Rig.Domain.Identity;
using Rig.Hosting.Trust;
using Rig.Tests.Support;
using static Rig.Tests.Membership.AcrossNodes;

namespace Rig.Tests.Membership;

/// <summary>The cluster systems of camera nodes and home server, by the programs' own wiring, files and defaults.</summary>
internal sealed class ProgramClusters : IAsyncDisposable
{
    private static readonly TimeSpan FirstSeedTimeout = TimeSpan.FromSeconds(1);

    private readonly List<ClusterSystem> all = [];

    public static int MembersUp(ClusterSystem cluster) =>
        cluster.Current is { } system ? NodeCluster.Get(system).State.Members.Count(member => member.Status == MemberStatus.Up) : 0;

    /// <summary>The coordinator itself runs in this process.</summary>
    public static async Task<bool> HostsCoordinatorAsync(ClusterSystem cluster)
    {
        try
        {
            return cluster.Current is { } system && await system.ActorSelection("/user/session/session").ResolveOne(TimeSpan.FromMilliseconds(500)) is not null;
        }
        catch (ActorNotFoundException)
        {
            return false;
        }
    }

    public Task<ClusterSystem> CameraAsync(string cameraId, int port, params int[] seeds) => CameraAsync(null, cameraId, port, seeds);

    /// <param name="trust">Null for a machine that is not enrolled.</param>
    public Task<ClusterSystem> CameraAsync(RigTrust? trust, string cameraId, int port, params int[] seeds)
    {
        var services = new ServiceCollection()
            .AddSingleton(new ScriptedCameraNode(CameraId.Parse(cameraId)).Ports)
            .AddSingleton(Options.Create(new NodeOptions { CameraId = cameraId, ClusterPort = port, SeedNodes = Addresses(seeds) }))
            .AddSingleton(Options.Create(new RigSessionOptions()))
            .AddSingleton<IRequiredActor<CameraActor>>(new NobodyRequired<CameraActor>())
            .AddSingleton(new PublishedRig(TimeProvider.System))
            .AddSingleton(trust ?? TestTrust.Plain)
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .BuildServiceProvider();
        var founder = new LateFounder(FirstSeedTimeout);
        return StartAsync(builder => Rig.CameraNode.Hosting.NodeCluster.Configure(builder, services, founder));
    }

    public Task<ClusterSystem> HomeServerAsync(int port, params int[] seeds) => HomeServerAsync(null, port, seeds);

    public Task<ClusterSystem> HomeServerAsync(RigTrust? trust, int port, params int[] seeds)
    {
        var services = new ServiceCollection()
            .AddSingleton(Options.Create(new ServerOptions { ClusterHost = "127.0.0.1", ClusterPort = port, SeedNodes = Addresses(seeds) }))
            .AddSingleton(Options.Create(new PullOptions()))
            .AddSingleton(Options.Create(new FrameOptions { Workers = 0 }))
            .AddSingleton<IRequiredActor<PullActor>>(new NobodyRequired<PullActor>())
            .AddSingleton(trust ?? TestTrust.Plain)
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .BuildServiceProvider();
        return StartAsync(IngestCluster.For(services)!);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(all.Select(cluster => cluster.StopAsync(CancellationToken.None)));
        all.ForEach(cluster => cluster.Dispose());
    }

    private static string[] Addresses(int[] ports) => [.. ports.Select(port => FormattableString.Invariant($"127.0.0.1:{port}"))];

    private async Task<ClusterSystem> StartAsync(Action<AkkaConfigurationBuilder> configure)
    {
        var cluster = new ClusterSystem(configure, NullLoggerFactory.Instance);
        all.Add(cluster);
        await cluster.StartAsync(CancellationToken.None);
        await EventuallyAsync(() => cluster.Current is not null, "the system is there");
        return cluster;
    }

    private sealed class NobodyRequired<T> : IRequiredActor<T>
    {
        public IActorRef ActorRef => ActorRefs.Nobody;

        public Task<IActorRef> GetAsync(CancellationToken cancellationToken = default) => Task.FromResult(ActorRef);
    }
}
