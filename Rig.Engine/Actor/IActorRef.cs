namespace Rig.Engine.Actor;

/// <summary>Takes messages, at most once each, in order per sender.</summary>
public interface ICanTell
{
    void Tell(object message, IActorRef? sender);
}

/// <summary>The handle of an actor; equal to another when path and incarnation are.</summary>
public interface IActorRef : ICanTell, IEquatable<IActorRef>, IComparable<IActorRef>, IComparable
{
    ActorPath Path { get; }
}

public interface IActorRefScope
{
    /// <summary>Whether the actor lives in this process.</summary>
    bool IsLocal { get; }
}

public interface ICanWatch
{
    /// <summary>Asks for a <see cref="Terminated"/> when the subject stops, or at once if it is gone already.</summary>
    IActorRef Watch(IActorRef subject);

    /// <summary>As <see cref="Watch"/>, with a message of the watcher's own instead of <see cref="Terminated"/>.</summary>
    IActorRef WatchWith(IActorRef subject, object message);

    IActorRef Unwatch(IActorRef subject);
}

public interface IActorRefFactory
{
    /// <param name="props">The recipe.</param>
    /// <param name="name">Unique among its siblings; null for a generated one.</param>
    /// <exception cref="InvalidActorNameException">The name is malformed or taken.</exception>
    IActorRef ActorOf(Props props, string? name = null);

    ActorSelection ActorSelection(ActorPath actorPath);

    ActorSelection ActorSelection(string actorPath);
}

public static class ActorRefs
{
    /// <summary>Stands for "no such actor"; takes every message and does nothing.</summary>
    public static readonly Nobody Nobody = Nobody.Instance;

    public static readonly IActorRef? NoSender;
}

public static class ActorRefImplicitSenderExtensions
{
    /// <summary>Tells with the actor whose turn it is as the sender; outside actors there is none, or the test's own.</summary>
    public static void Tell(this IActorRef receiver, object message) =>
        receiver.Tell(message, ActorCell.CurrentOrNull?.Self ?? ImplicitSender.Current);

    /// <summary>Tells on with the sender of the message at hand.</summary>
    public static void Forward(this IActorRef receiver, object message) =>
        receiver.Tell(message, ActorCell.CurrentOrNull?.Sender);
}

public static class ActorRefExtensions
{
    public static bool IsNobody(this IActorRef? actorRef) => actorRef is null or Rig.Engine.Actor.Nobody;

    public static IActorRef GetOrElse(this IActorRef? actorRef, Func<IActorRef> elseValue) =>
        actorRef.IsNobody() ? elseValue() : actorRef!;
}

public static class ActorRefFactoryExtensions
{
    public static IActorRef ActorOf<TActor>(this IActorRefFactory factory, string? name = null)
        where TActor : ActorBase, new() => factory.ActorOf(Props.Create<TActor>(), name);
}
