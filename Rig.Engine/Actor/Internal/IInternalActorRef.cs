using Rig.Engine.Dispatch.SysMsg;

namespace Rig.Engine.Actor;

/// <summary>
/// What the engine itself needs of every reference, local or remote. All members may be called from any thread;
/// none of them blocks.
/// </summary>
internal interface IInternalActorRef : IActorRef, IActorRefScope
{
    IInternalActorRef Parent { get; }

    IActorRefProvider Provider { get; }

    /// <summary>True once a local actor has gone for good. A remote reference always answers false.</summary>
    bool IsTerminated { get; }

    /// <summary>Walks down: "" is this actor, ".." its parent; <see cref="Nobody"/> when there is no such child.</summary>
    IActorRef GetChild(IReadOnlyList<string> name);

    /// <summary>
    /// Delivers ahead of user messages and in order per sender. A remote reference must deliver these reliably
    /// (<see cref="SystemMessage"/> lists which ones leave the process).
    /// </summary>
    void SendSystemMessage(SystemMessage message);

    void Start();

    void Suspend();

    void Resume(Exception? causedByFailure = null);

    void Restart(Exception cause);

    void Stop();
}

/// <summary>Identity, order and text of a reference. A remote reference derives from this.</summary>
internal abstract class InternalActorRefBase : IInternalActorRef
{
    public abstract ActorPath Path { get; }

    public abstract IInternalActorRef Parent { get; }

    public abstract IActorRefProvider Provider { get; }

    public abstract bool IsTerminated { get; }

    public abstract bool IsLocal { get; }

    public abstract void Tell(object message, IActorRef? sender);

    public abstract void SendSystemMessage(SystemMessage message);

    public abstract IActorRef GetChild(IReadOnlyList<string> name);

    public virtual void Start()
    {
    }

    public virtual void Suspend() => SendSystemMessage(new Suspend());

    public virtual void Resume(Exception? causedByFailure = null) => SendSystemMessage(new Resume(causedByFailure));

    public virtual void Restart(Exception cause) => SendSystemMessage(new Recreate(cause));

    public virtual void Stop() => SendSystemMessage(new Terminate());

    public bool Equals(IActorRef? other) =>
        ReferenceEquals(this, other) || (other is not null && Path.Uid == other.Path.Uid && Path.Equals(other.Path));

    public override bool Equals(object? obj) => Equals(obj as IActorRef);

    public override int GetHashCode() => unchecked((Path.GetHashCode() * 397) ^ Path.Uid.GetHashCode());

    public int CompareTo(IActorRef? other)
    {
        if (other is null)
            return 1;
        var order = Path.CompareTo(other.Path);
        return order == 0 ? Path.Uid.CompareTo(other.Path.Uid) : order;
    }

    public int CompareTo(object? obj) => CompareTo(obj as IActorRef);

    public override string ToString() => Path.Uid == ActorPath.UndefinedUid ? $"[{Path}]" : $"[{Path.ToStringWithUid()}]";
}

/// <summary>A reference without an actor behind it: takes messages, has no children and no life cycle.</summary>
internal abstract class MinimalActorRef : InternalActorRefBase
{
    public override IInternalActorRef Parent => Nobody.Instance;

    public override bool IsTerminated => false;

    public override bool IsLocal => true;

    public override IActorRef GetChild(IReadOnlyList<string> name) =>
        name.All(string.IsNullOrEmpty) ? this : ActorRefs.Nobody;

    public override void SendSystemMessage(SystemMessage message)
    {
    }

    public override void Suspend()
    {
    }

    public override void Resume(Exception? causedByFailure = null)
    {
    }

    public override void Restart(Exception cause)
    {
    }

    public override void Stop()
    {
    }
}
