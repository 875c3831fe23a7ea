using Rig.Engine.Dispatch;
using Rig.Engine.Dispatch.SysMsg;
using Rig.Engine.Event;

namespace Rig.Engine.Actor;

/// <summary>
/// The life of one local actor: its mailbox, behaviour, children, watches and failures. Fields are touched within a
/// turn only, except the children, which are under their own lock.
/// </summary>
internal sealed partial class ActorCell : Mailbox, IUntypedActorContext
{
    [ThreadStatic]
    private static ActorCell? _current;

    private readonly ActorSystemImpl _system;
    private readonly LocalActorRef _self;
    private readonly IInternalActorRef _parent;
    private ActorBase? _actor;
    private Receive? _behavior;
    private object? _message;
    private IActorRef? _sender;
    private CellExtras? _extras;

    public ActorCell(ActorSystemImpl system, LocalActorRef self, Props props, IInternalActorRef parent, MessageDispatcher dispatcher)
        : base(dispatcher)
    {
        _system = system;
        _self = self;
        Props = props;
        _parent = parent;
    }

    /// <summary>The cell whose turn this thread runs.</summary>
    public static ActorCell? CurrentOrNull => _current;

    /// <exception cref="NotSupportedException">This thread runs no actor.</exception>
    public static ActorCell Current => _current ?? throw new NotSupportedException(
        "There is no active actor context. Read Context, Self and Sender before leaving the actor's turn (an await with ConfigureAwait(false), Task.Run, an event handler), and use the copies there.");

    public Props Props { get; private set; }

    public IActorRef Self => _self;

    public IActorRef Sender => _sender ?? _system.DeadLetters;

    public IActorRef Parent => _parent;

    public ActorSystem System => _system;

    public ActorSystemImpl SystemImpl => _system;

    public ActorBase? Actor => _actor;

    public object? CurrentMessage => _message;

    public IActorRef? CurrentSender => _sender;

    // Made with the first message, so that an idle actor does without.
    private Receive Behavior => _behavior ??= _actor!.InitialBehavior();

    private CellExtras Extras => _extras ??= new CellExtras();

    public ActorSelection ActorSelection(ActorPath actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, _system);

    public ActorSelection ActorSelection(string actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, _system, _self);

    public void Become(Receive receive) => _behavior = receive;

    public void BecomeStacked(Receive receive)
    {
        // Null stands for the initial behaviour.
        (Extras.Behaviors ??= new Stack<Receive?>()).Push(_behavior);
        Become(receive);
    }

    public void UnbecomeStacked()
    {
        if (_extras?.Behaviors is { Count: > 0 } stack)
            _behavior = stack.Pop();
    }

    public void Become(UntypedReceive receive) => Become(Adapt(receive));

    public void BecomeStacked(UntypedReceive receive) => BecomeStacked(Adapt(receive));

    public void Stop(IActorRef child)
    {
        if (Equals(child, _self) || TryGetChild(child, out _))
            ((IInternalActorRef)child).Stop();
        else
            throw new InvalidOperationException($"{_self} cannot stop {child}: an actor stops itself or its children; send others a PoisonPill.");
    }

    private protected override void EnterTurn() => _current = this;

    private protected override void LeaveTurn() => _current = null;

    private protected override void Invoke(object message, IActorRef? sender)
    {
        _message = message;
        _sender = sender;
        try
        {
            if (_extras is not null && !BeforeReceive(ref message))
                return;
            if (message is IAutoReceivedMessage)
                AutoReceive(message);
            else
                _actor!.InvokeReceive(Behavior, message);
        }
        catch (Exception cause)
        {
            HandleInvokeFailure(cause);
        }
        finally
        {
            _message = null;
            _sender = null;
            if (_extras is { ReceiveTimeout: not null } extras)
                AfterReceive(extras, message);
        }
    }

    private protected override void InvokeSystem(SystemMessage message)
    {
        try
        {
            switch (message)
            {
                case RunTask run:
                    RunActorTask(run);
                    break;
                case TaskDone done:
                    CompleteActorTask(done);
                    break;
                case Watch watch:
                    AddWatcher(watch.Watchee, watch.Watcher);
                    break;
                case Unwatch unwatch:
                    RemoveWatcher(unwatch.Watchee, unwatch.Watcher);
                    break;
                case DeathWatchNotification died:
                    WatchedActorTerminated(died.Actor, died.ExistenceConfirmed, died.AddressTerminated);
                    break;
                case Failed failed:
                    HandleFailed(failed);
                    break;
                case Create:
                    CreateActor();
                    break;
                case Suspend or Resume or Recreate when IsWaitingForChildren:
                    DeferFault(message);
                    break;
                case Suspend:
                    FaultSuspend();
                    break;
                case Resume resume:
                    FaultResume(resume.CausedByFailure);
                    break;
                case Recreate recreate:
                    FaultRecreate(recreate.Cause);
                    break;
                case Terminate:
                    TerminateCell();
                    break;
                default:
                    throw new InvalidOperationException($"System message {message.GetType().Name} is unknown.");
            }
        }
        catch (Exception cause)
        {
            HandleInvokeFailure(cause);
        }
    }

    private protected override void OnDeadLetter(object message, IActorRef? sender) =>
        _system.DeadLetters.Tell(new DeadLetter(message, sender ?? _system.DeadLetters, _self), sender);

    private protected override void OnDeadSystemMessage(SystemMessage message) =>
        EmptyLocalActorRef.AnswerForTheDead(message, existenceConfirmed: true);

    private static Receive Adapt(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };

    /// <summary>Timers and the receive timeout come first; false when the message is stale.</summary>
    private bool BeforeReceive(ref object message)
    {
        if (message is not TimerMessage timer)
            return true;
        if (_extras!.Timers?.Accept(timer) is not { } due)
            return false;
        message = due;
        _message = due;
        return true;
    }

    private void AutoReceive(object message)
    {
        switch (message)
        {
            case Terminated terminated:
                ReceivedTerminated(terminated);
                break;
            case PoisonPill:
                _self.Stop();
                break;
            case Kill:
                throw new ActorKilledException("Kill");
            case ActorSelectionMessage selection:
                ReceiveSelection(selection);
                break;
            case Identify identify:
                Sender.Tell(new ActorIdentity(identify.MessageId, _self), _self);
                break;
            default:
                _actor!.InvokeReceive(Behavior, message);
                break;
        }
    }

    private void ReceiveSelection(ActorSelectionMessage selection)
    {
        if (selection.Elements.Length > 0)
            Rig.Engine.Actor.ActorSelection.DeliverSelection(_self, Sender, selection);
        else
            Invoke(selection.Message, _sender);
    }

    /// <summary>What most actors never need, kept out of the cell so that an idle actor stays small.</summary>
    private sealed class CellExtras
    {
        public Stack<Receive?>? Behaviors;
        public TimeSpan? ReceiveTimeout;
        public ReceiveTimeoutTimer? ReceiveTimeoutTimer;
        public TimerScheduler? Timers;
        public StashImpl? Stash;
        public ActorTaskScheduler? TaskScheduler;
        public WatchState? Watch;
        public FaultState? Fault;
    }
}
