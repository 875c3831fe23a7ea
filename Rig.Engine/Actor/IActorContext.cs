namespace Rig.Engine.Actor;

/// <summary>What an actor may do with itself and its children; valid only within its turn.</summary>
public interface IActorContext : IActorRefFactory, ICanWatch
{
    IActorRef Self { get; }

    Props Props { get; }

    IActorRef Sender { get; }

    IActorRef Parent { get; }

    ActorSystem System { get; }

    TimeSpan? ReceiveTimeout { get; }

    /// <summary>The child of that name, or <see cref="ActorRefs.Nobody"/>.</summary>
    IActorRef Child(string name);

    IEnumerable<IActorRef> GetChildren();

    /// <summary>Replaces the behaviour.</summary>
    void Become(Receive receive);

    /// <summary>Lays a behaviour over the present one.</summary>
    void BecomeStacked(Receive receive);

    /// <summary>Back to the behaviour below; the first one stays.</summary>
    void UnbecomeStacked();

    void SetReceiveTimeout(TimeSpan? timeout);

    /// <summary>Stops this actor or a child.</summary>
    void Stop(IActorRef child);
}

public interface IUntypedActorContext : IActorContext
{
    void Become(UntypedReceive receive);

    void BecomeStacked(UntypedReceive receive);
}
