using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Microsoft.Extensions.Options;
using Rig.Domain.Frames;
using Rig.Domain.Messages;

namespace Rig.Ingest.Frames;

/// <summary>Finds the entity of a message.</summary>
internal sealed class FrameDeviceExtractor() : HashCodeMessageExtractor(maxNumberOfShards: 100)
{
    public override string? EntityId(object message) => (message as FrameProtocol.AnalyseDevice)?.DeviceId;
}

/// <summary>Stands for the shard region on a server without a cluster: a child a device.</summary>
internal sealed class FrameDevicesActor : ReceiveActor
{
    public FrameDevicesActor(FrameAnalysis analysis) => Receive<FrameProtocol.AnalyseDevice>(message =>
    {
        if (DeviceId.TryParse(message.DeviceId, out var device))
        {
            var child = Context.Child(device.Value);
            (child.IsNobody() ? Context.ActorOf(FrameDeviceActor.Props(device, analysis, isShard: false), device.Value) : child).Forward(message);
        }
    });
}

internal static class FrameDeviceSetup
{
    /// <summary>The devices' actors, one a device among all servers of the cluster, and this server's look at the queue.</summary>
    public static AkkaConfigurationBuilder WithShardedFrameDevices(this AkkaConfigurationBuilder builder, IServiceProvider services, string role) => builder
        .WithShardRegion<FrameDeviceActor>(
            "frame-device",
            entity => FrameDeviceActor.Props(DeviceId.Parse(entity), services.GetRequiredService<FrameAnalysis>(), isShard: true),
            new FrameDeviceExtractor(),
            new ShardOptions { Role = role, RememberEntities = false, StateStoreMode = StateStoreMode.DData })
        .WithActors((system, registry) => StartQueue(system, registry.Get<FrameDeviceActor>(), services));

    /// <summary>The same on a server alone.</summary>
    public static AkkaConfigurationBuilder WithLocalFrameDevices(this AkkaConfigurationBuilder builder, IServiceProvider services) => builder
        .WithActors((system, _) => StartQueue(
            system, system.ActorOf(Props.Create(() => new FrameDevicesActor(services.GetRequiredService<FrameAnalysis>())), "frame-devices"), services));

    /// <summary>Unless this server leaves pictures to others.</summary>
    private static void StartQueue(ActorSystem system, IActorRef devices, IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<FrameOptions>>().Value;
        if (options.Workers > 0)
        {
            var (queue, notices) = (services.GetRequiredService<JobQueue>(), services.GetRequiredService<FrameNotices>());
            system.ActorOf(Props.Create(() => new FrameQueueActor(devices, queue, notices, options)), "frame-queue");
        }
    }
}
