namespace Rig.Engine.Actor;

/// <summary>Handles a message; false when it does not know it.</summary>
public delegate bool Receive(object message);

/// <summary>
/// An actor: private state, changed by one message at a time. Made by the engine only; after a restart a fresh
/// instance takes over the same reference and mailbox.
/// </summary>
public abstract class ActorBase
{
    private readonly ActorCell _cell;

    protected ActorBase()
    {
        _cell = ActorCell.CurrentOrNull
            ?? throw new ActorInitializationException(
                $"{GetType()} cannot be made with 'new'. Give Props.Create(() => new {GetType().Name}(...)) to ActorOf.");
    }

    /// <summary>A behaviour that handles nothing.</summary>
    protected static Receive EmptyReceive { get; } = _ => false;

    /// <exception cref="NotSupportedException">Read outside the actor's turn, for instance after ConfigureAwait(false).</exception>
    protected static IActorContext Context => ActorCell.Current;

    protected IActorRef Self => _cell.Self;

    /// <summary>Who told the message at hand; dead letters when nobody.</summary>
    /// <exception cref="NotSupportedException">Read outside the actor's turn.</exception>
    protected IActorRef Sender => ActorCell.Current.Sender;

    private protected ActorCell Cell => _cell;

    /// <summary>For instrumentation: runs around <see cref="PreStart"/>.</summary>
    public virtual void AroundPreStart() => PreStart();

    public virtual void AroundPostStop() => PostStop();

    public virtual void AroundPreRestart(Exception cause, object? message) => PreRestart(cause, message);

    public virtual void AroundPostRestart(Exception cause, object? message) => PostRestart(cause);

    internal bool InvokeReceive(Receive receive, object message) => AroundReceive(receive, message);

    /// <summary>The behaviour until the first Become; asked after <see cref="Initialize"/>.</summary>
    internal virtual Receive InitialBehavior() => Receive;

    internal SupervisorStrategy GetSupervisorStrategy() => SupervisorStrategy();

    /// <summary>Runs after the constructor returned; the behaviour's set-up of derived kinds.</summary>
    internal virtual void Initialize()
    {
    }

    protected abstract bool Receive(object message);

    protected virtual bool AroundReceive(Receive receive, object message)
    {
        if (!receive(message))
            Unhandled(message);
        return true;
    }

    /// <summary>Publishes <see cref="Event.UnhandledMessage"/>; a <see cref="Terminated"/> not handled is a failure.</summary>
    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
            throw new DeathPactException(terminated.ActorRef);
        _cell.System.EventStream.Publish(new Event.UnhandledMessage(message, Sender, Self));
    }

    protected void Become(Receive receive) => Context.Become(receive);

    protected void BecomeStacked(Receive receive) => Context.BecomeStacked(receive);

    protected void UnbecomeStacked() => Context.UnbecomeStacked();

    /// <summary>Asks for <see cref="ReceiveTimeout"/> after that much silence; null to stop asking.</summary>
    protected void SetReceiveTimeout(TimeSpan? timeout) => Context.SetReceiveTimeout(timeout);

    /// <summary>Decides about failed children; asked once per instance.</summary>
    protected virtual SupervisorStrategy SupervisorStrategy() => Actor.SupervisorStrategy.DefaultStrategy;

    /// <summary>Before the first message.</summary>
    protected virtual void PreStart()
    {
    }

    /// <summary>After the last message.</summary>
    protected virtual void PostStop()
    {
    }

    /// <summary>On the failed instance before it is replaced; by default stops the children and runs <see cref="PostStop"/>.</summary>
    protected virtual void PreRestart(Exception reason, object? message)
    {
        foreach (var child in Context.GetChildren())
        {
            Context.Unwatch(child);
            Context.Stop(child);
        }

        PostStop();
    }

    /// <summary>On the fresh instance; by default runs <see cref="PreStart"/>.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();
}
