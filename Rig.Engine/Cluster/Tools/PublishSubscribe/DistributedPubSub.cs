using Rig.Engine.Actor;

namespace Rig.Engine.Cluster.Tools.PublishSubscribe;

/// <summary>Publish-subscribe among the members of the cluster.</summary>
public sealed class DistributedPubSub : IExtension
{
    internal DistributedPubSub(ExtendedActorSystem system)
    {
        var cluster = Cluster.Get(system);
        var settings = new PubSubSettings(system.Settings.Config.GetConfig("akka.cluster.pub-sub"));
        Mediator = settings.Role is { } role && !cluster.SelfRoles.Contains(role)
            ? system.DeadLetters
            : system.SystemActorOf(Props.Create(() => new DistributedPubSubMediator(settings)), DistributedPubSubMediator.Name);
    }

    /// <summary>Takes <see cref="Subscribe"/>, <see cref="Unsubscribe"/> and <see cref="Publish"/>.</summary>
    public IActorRef Mediator { get; }

    public static DistributedPubSub Get(ActorSystem system) => (DistributedPubSub)system.RegisterExtension(DistributedPubSubExtension.Instance);
}

internal sealed class DistributedPubSubExtension : ExtensionIdProvider<DistributedPubSub>
{
    public static readonly DistributedPubSubExtension Instance = new();

    public override DistributedPubSub CreateExtension(ExtendedActorSystem system) => new(system);
}
