using Rig.Engine.Actor;

namespace Rig.Engine.Hosting;

/// <summary>Injects the actor that is registered as <typeparamref name="TActor"/>.</summary>
public interface IRequiredActor<TActor>
{
    /// <exception cref="MissingActorRegistryEntryException">The actor system has not started yet, or does not register it.</exception>
    IActorRef ActorRef { get; }
}

public sealed class RequiredActor<TActor>(IReadOnlyActorRegistry registry) : IRequiredActor<TActor>
{
    private IActorRef? _actor;

    public IActorRef ActorRef => _actor ??= registry.Get<TActor>();
}
