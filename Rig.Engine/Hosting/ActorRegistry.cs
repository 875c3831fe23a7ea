using System.Collections.Concurrent;
using Rig.Engine.Actor;

namespace Rig.Engine.Hosting;

/// <summary>Finds well-known actors of one system by a type that stands for them.</summary>
public interface IReadOnlyActorRegistry
{
    /// <exception cref="MissingActorRegistryEntryException">No actor was registered under that type.</exception>
    IActorRef Get<TKey>();

    bool TryGet<TKey>(out IActorRef actor);
}

/// <summary>An <see cref="IReadOnlyActorRegistry"/> that a system's start-up fills.</summary>
public interface IActorRegistry : IReadOnlyActorRegistry
{
    /// <exception cref="DuplicateActorRegistryException">The type is taken and <paramref name="overwrite"/> is false.</exception>
    void Register<TKey>(IActorRef actor, bool overwrite = false);
}

/// <summary>The registry of one actor system.</summary>
public class ActorRegistry : IExtension, IActorRegistry
{
    private readonly ConcurrentDictionary<Type, IActorRef> _actors = new();

    public static ActorRegistry For(ActorSystem actorSystem) => (ActorRegistry)actorSystem.RegisterExtension(new ActorRegistryExtension());

    public IActorRef Get<TKey>() => TryGet<TKey>(out var actor)
        ? actor
        : throw new MissingActorRegistryEntryException($"No actor is registered as {typeof(TKey).Name}. Register it in WithActors.");

    public bool TryGet<TKey>(out IActorRef actor)
    {
        var found = _actors.TryGetValue(typeof(TKey), out var registered);
        actor = registered ?? ActorRefs.Nobody;
        return found;
    }

    public void Register<TKey>(IActorRef actor, bool overwrite = false)
    {
        if (overwrite)
            _actors[typeof(TKey)] = actor;
        else if (!_actors.TryAdd(typeof(TKey), actor))
            throw new DuplicateActorRegistryException($"An actor is registered as {typeof(TKey).Name} already. Use another type, or overwrite.");
    }
}

public sealed class ActorRegistryExtension : ExtensionIdProvider<ActorRegistry>
{
    public override ActorRegistry CreateExtension(ExtendedActorSystem system) => new();
}

public class ActorRegistryException(string message) : Exception(message);

public sealed class DuplicateActorRegistryException(string message) : ActorRegistryException(message);

public sealed class MissingActorRegistryEntryException(string message) : ActorRegistryException(message);
