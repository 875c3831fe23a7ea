using Rig.Engine.Dispatch.SysMsg;

namespace Rig.Engine.Actor;

/// <summary>Stands for no actor; takes every message and does nothing.</summary>
public sealed class Nobody : IActorRef, IInternalActorRef
{
    public static readonly Nobody Instance = new();

    private Nobody()
    {
    }

    public ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "Nobody";

    bool IActorRefScope.IsLocal => true;

    IInternalActorRef IInternalActorRef.Parent => this;

    IActorRefProvider IInternalActorRef.Provider => throw new NotSupportedException("Nobody belongs to no actor system.");

    bool IInternalActorRef.IsTerminated => true;

    void ICanTell.Tell(object message, IActorRef? sender)
    {
    }

    bool IEquatable<IActorRef>.Equals(IActorRef? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => 1;

    int IComparable<IActorRef>.CompareTo(IActorRef? other) => other is null ? 1 : Path.CompareTo(other.Path);

    int IComparable.CompareTo(object? obj) => obj is IActorRef other ? Path.CompareTo(other.Path) : 1;

    public override string ToString() => "[Nobody]";

    IActorRef IInternalActorRef.GetChild(IReadOnlyList<string> name) => this;

    void IInternalActorRef.SendSystemMessage(SystemMessage message) =>
        EmptyLocalActorRef.AnswerForTheDead(message, existenceConfirmed: false);

    void IInternalActorRef.Start()
    {
    }

    void IInternalActorRef.Suspend()
    {
    }

    void IInternalActorRef.Resume(Exception? causedByFailure)
    {
    }

    void IInternalActorRef.Restart(Exception cause)
    {
    }

    void IInternalActorRef.Stop()
    {
    }
}
