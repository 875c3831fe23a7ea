using Rig.Engine.Actor;
using Rig.Engine.Dispatch.SysMsg;

namespace Rig.Engine.TestKit;

/// <summary>One more test actor, with expectations of its own; may stand wherever a reference is wanted.</summary>
public sealed class TestProbe : TestKitBase, IActorRef, IInternalActorRef
{
    internal TestProbe(ActorSystem system, string? testProbeName)
        : base(system, null, null, testProbeName)
    {
    }

    public IActorRef Ref => TestActor;

    /// <summary>Who sent the message that was looked at last.</summary>
    public IActorRef Sender => LastSender;

    ActorPath IActorRef.Path => TestActor.Path;

    bool IActorRefScope.IsLocal => true;

    IInternalActorRef IInternalActorRef.Parent => Inner.Parent;

    IActorRefProvider IInternalActorRef.Provider => Inner.Provider;

    bool IInternalActorRef.IsTerminated => Inner.IsTerminated;

    private IInternalActorRef Inner => (IInternalActorRef)TestActor;

    /// <summary>Tells as the probe.</summary>
    public void Send(IActorRef actor, object message) => actor.Tell(message, TestActor);

    /// <summary>Answers the message that was looked at last.</summary>
    public void Reply(object message) => Sender.Tell(message, TestActor);

    /// <summary>Passes on the message that was looked at last, with its sender.</summary>
    public void Forward(IActorRef actor) => actor.Tell(LastMessage, Sender);

    public void Forward(IActorRef actor, object message) => actor.Tell(message, Sender);

    void ICanTell.Tell(object message, IActorRef? sender) => TestActor.Tell(message, sender);

    bool IEquatable<IActorRef>.Equals(IActorRef? other) => TestActor.Equals(other is TestProbe probe ? probe.TestActor : other);

    public override bool Equals(object? obj) => obj is IActorRef other && ((IActorRef)this).Equals(other);

    public override int GetHashCode() => TestActor.GetHashCode();

    int IComparable<IActorRef>.CompareTo(IActorRef? other) => TestActor.CompareTo(other is TestProbe probe ? probe.TestActor : other);

    public int CompareTo(object? obj) => ((IActorRef)this).CompareTo(obj as IActorRef);

    public override string ToString() => $"TestProbe({TestActor})";

    IActorRef IInternalActorRef.GetChild(IReadOnlyList<string> name) => Inner.GetChild(name);

    void IInternalActorRef.SendSystemMessage(SystemMessage message) => Inner.SendSystemMessage(message);

    void IInternalActorRef.Start()
    {
    }

    void IInternalActorRef.Suspend() => Inner.Suspend();

    void IInternalActorRef.Resume(Exception? causedByFailure) => Inner.Resume(causedByFailure);

    void IInternalActorRef.Restart(Exception cause) => Inner.Restart(cause);

    void IInternalActorRef.Stop() => Inner.Stop();
}
