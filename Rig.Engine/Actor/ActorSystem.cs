using Rig.Engine.Configuration;
using Rig.Engine.Event;

namespace Rig.Engine.Actor;

/// <summary>One hierarchy of actors, with the scheduler, event stream and configuration they share.</summary>
public abstract class ActorSystem : IActorRefFactory, IDisposable
{
    private protected ActorSystem()
    {
    }

    public string Name => NameCore;

    public abstract Settings Settings { get; }

    public abstract EventStream EventStream { get; }

    public abstract IActorRef DeadLetters { get; }

    public abstract ILoggingAdapter Log { get; }

    public abstract IScheduler Scheduler { get; }

    public abstract Serialization.Serialization Serialization { get; }

    /// <summary>Completes when every actor has stopped and the termination callbacks have run.</summary>
    public abstract Task WhenTerminated { get; }

    /// <summary>Time since the system started.</summary>
    public abstract TimeSpan Uptime { get; }

    private protected abstract string NameCore { get; }

    public static ActorSystem Create(string name) => Create(name, Setup.ActorSystemSetup.Empty);

    /// <param name="name">Letters, digits, '-', '_'; appears in every path and address.</param>
    /// <param name="config">Laid over the engine's defaults.</param>
    public static ActorSystem Create(string name, Config config) =>
        Create(name, BootstrapSetup.Create().WithConfig(config));

    public static ActorSystem Create(string name, BootstrapSetup setup) =>
        Create(name, Setup.ActorSystemSetup.Create(setup));

    public static ActorSystem Create(string name, Setup.ActorSystemSetup setup) => ActorSystemImpl.CreateAndStart(name, setup);

    public abstract IActorRef ActorOf(Props props, string? name = null);

    public abstract ActorSelection ActorSelection(ActorPath actorPath);

    public abstract ActorSelection ActorSelection(string actorPath);

    /// <summary>Stops the actor after the message at hand; the rest of its mailbox goes to dead letters.</summary>
    public abstract void Stop(IActorRef actor);

    /// <summary>Stops all actors, the user's first. Idempotent.</summary>
    public abstract Task Terminate();

    /// <summary>Runs after all actors have stopped, last registered first.</summary>
    public abstract void RegisterOnTermination(Action code);

    /// <summary>Makes the extension on first use; later calls give the same instance.</summary>
    public abstract object RegisterExtension(IExtensionId extension);

    public abstract object GetExtension(IExtensionId extensionId);

    public abstract T GetExtension<T>()
        where T : class, IExtension;

    public abstract bool HasExtension<T>()
        where T : class, IExtension;

    public abstract bool TryGetExtension<T>(out T? extension)
        where T : class, IExtension;

    /// <summary>Terminates without waiting.</summary>
    public void Dispose()
    {
        _ = Terminate();
        GC.SuppressFinalize(this);
    }
}

/// <summary>What extensions and serializers may see of the system beyond what actors may.</summary>
public abstract class ExtendedActorSystem : ActorSystem
{
    private protected ExtendedActorSystem()
    {
    }

    internal abstract IActorRefProvider Provider { get; }

    /// <summary>Makes an actor under /system, which outlives the user's actors at shutdown.</summary>
    public abstract IActorRef SystemActorOf(Props props, string? name = null);

    public abstract IActorRef SystemActorOf<TActor>(string? name = null)
        where TActor : ActorBase, new();

    /// <summary>The hierarchy as an indented text, for operators.</summary>
    public abstract string PrintTree();

    /// <summary>Stops without running coordinated shutdown.</summary>
    public abstract void Abort();
}
