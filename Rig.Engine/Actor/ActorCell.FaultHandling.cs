using Rig.Engine.Dispatch.SysMsg;
using Rig.Engine.Event;

namespace Rig.Engine.Actor;

// Creation, failure, restart and termination.
internal sealed partial class ActorCell
{
    private enum WaitReason
    {
        None,
        Creation,
        Recreation,
        Termination,
    }

    private SupervisorStrategy? _supervisorStrategy;

    private bool IsWaitingForChildren => _extras?.Fault is { Waiting: not WaitReason.None };

    private bool IsTerminating => _extras?.Fault is { Waiting: WaitReason.Termination };

    private FaultState Fault => Extras.Fault ??= new FaultState();

    private void CreateActor()
    {
        // Stopped before it began.
        if (IsClosed)
            return;
        try
        {
            _actor = NewInstance();
            _actor.AroundPreStart();
            _system.Publish(LogLevel.DebugLevel, _self, _actor.GetType(), "started");
        }
        catch (Exception cause)
        {
            _actor = null;
            throw cause is ActorInitializationException
                ? cause
                : new ActorInitializationException(_self, $"Exception during creation of {_self}: {cause.Message}", cause);
        }
    }

    private ActorBase NewInstance()
    {
        _behavior = null;
        if (_extras is { } extras)
            extras.Behaviors = null;

        var actor = Props.NewActor();
        if (actor is IWithTimers withTimers)
            withTimers.Timers = Extras.Timers = new TimerScheduler(this);
        if (actor is IActorStash withStash)
            withStash.Stash = Extras.Stash = new StashImpl(this, actor is IWithUnboundedStash ? Deploy.NoStashSize : Props.Deploy.StashCapacity);
        actor.Initialize();
        _supervisorStrategy = Props.SupervisorStrategy ?? StrategyOf(actor);
        return actor;
    }

    private SupervisorStrategy? StrategyOf(ActorBase actor)
    {
        var previous = _actor;
        _actor = actor;
        var strategy = actor.GetSupervisorStrategy();
        _actor = previous;
        return strategy;
    }

    /// <summary>Suspends this actor and its children and hands the decision to the parent.</summary>
    private void HandleInvokeFailure(Exception cause, IActorRef? perpetrator = null)
    {
        if (IsClosed)
            return;
        try
        {
            if (!Fault.IsFailed)
            {
                Fault.IsFailed = true;
                Fault.Perpetrator = perpetrator;
                Fault.FailedMessage = _message;
                SuspendUser();
                SuspendChildren(except: perpetrator);
            }

            _parent.SendSystemMessage(new Failed(_self, cause, _self.Path.Uid));
        }
        catch (Exception further)
        {
            _system.Publish(LogLevel.ErrorLevel, _self, GetType(), $"emergency stop: failing while failing: {further.Message}", further);
            foreach (var child in SnapshotChildren())
                child.Stop();
            FinishTerminate();
        }
    }

    private void EscalateFailure(IActorRef child, Exception cause) => HandleInvokeFailure(cause, child);

    private void FaultSuspend()
    {
        SuspendUser();
        SuspendChildren(except: null);
    }

    private void FaultResume(Exception? causedByFailure)
    {
        if (_actor is null)
        {
            // It failed in its creation, so there is nothing to resume.
            FaultCreate();
            return;
        }

        var perpetrator = _extras?.Fault?.Perpetrator;
        ResumeUser();
        if (causedByFailure is not null)
            ClearFailed();
        ResumeChildren(causedByFailure, perpetrator);
    }

    private void FaultCreate()
    {
        foreach (var child in SnapshotChildren())
            child.Stop();
        if (HasChildren)
            Fault.Waiting = WaitReason.Creation;
        else
            FinishCreate();
    }

    private void FinishCreate()
    {
        ResetSuspensions();
        ClearFailed();
        Fault.Waiting = WaitReason.None;
        CreateActor();
        ReplayDeferred();
    }

    private void FaultRecreate(Exception cause)
    {
        if (_actor is not { } failed)
        {
            FaultCreate();
            return;
        }

        AbandonTasks();
        var optionalMessage = Fault.IsFailed ? Fault.FailedMessage : null;
        try
        {
            BeforeIncarnationEnds();
            failed.AroundPreRestart(cause, optionalMessage);
        }
        catch (Exception further)
        {
            _system.Publish(LogLevel.ErrorLevel, _self, failed.GetType(), further.Message, new PreRestartException(_self, further, cause, optionalMessage));
        }

        Fault.RestartCause = cause;
        if (HasStoppingChildren())
        {
            Fault.Waiting = WaitReason.Recreation;
            if (!IsSuspended)
                SuspendUser();
        }
        else
        {
            FinishRecreate(cause);
        }
    }

    private void FinishRecreate(Exception cause)
    {
        var survivors = SnapshotChildren();
        try
        {
            ResetSuspensions();
            ClearFailed();
            Fault.Waiting = WaitReason.None;
            _actor = NewInstance();
            _actor.AroundPostRestart(cause, null);
            foreach (var child in survivors)
                child.Restart(cause);
            ReplayDeferred();
        }
        catch (Exception further)
        {
            _actor = null;
            HandleInvokeFailure(new PostRestartException(_self, further, cause));
        }
    }

    private void TerminateCell()
    {
        if (IsTerminating)
            return;
        SetReceiveTimeout(null);
        UnwatchAll();
        AbandonTasks();
        CloseChildren();
        foreach (var child in SnapshotChildren())
            child.Stop();
        if (HasChildren)
        {
            Fault.Waiting = WaitReason.Termination;
            // What the children's ends bring is handled; the user's messages wait for their end in dead letters.
            SuspendUser();
        }
        else
        {
            FinishTerminate();
        }
    }

    private void FinishTerminate()
    {
        var actor = _actor;
        if (actor is not null)
        {
            try
            {
                BeforeIncarnationEnds();
                actor.AroundPostStop();
                _extras?.Stash?.UnstashAll();
                _system.Publish(LogLevel.DebugLevel, _self, actor.GetType(), "stopped");
            }
            catch (Exception cause)
            {
                _system.Publish(LogLevel.ErrorLevel, _self, actor.GetType(), cause.Message, cause);
            }
        }

        _extras?.Timers?.CancelAll();
        CloseChildren();
        Close();
        _parent.SendSystemMessage(new DeathWatchNotification(_self, true, false));
        TellWatchersWeDied();
        UnwatchAll();
        _actor = null;
        _behavior = null;
        _extras = null;
        _supervisorStrategy = null;
    }

    /// <summary>A child is gone: go on with what waited for it, and tell the strategy.</summary>
    private void HandleChildGone(IActorRef child)
    {
        switch (_extras?.Fault?.Waiting)
        {
            case WaitReason.Termination:
                if (!HasChildren)
                    FinishTerminate();
                break;
            case WaitReason.Recreation:
                if (!HasStoppingChildren())
                    FinishRecreate(Fault.RestartCause!);
                break;
            case WaitReason.Creation:
                if (!HasChildren)
                    FinishCreate();
                break;
            default:
                _supervisorStrategy?.HandleChildTerminated(this, child);
                break;
        }
    }

    private bool HasStoppingChildren() => SnapshotChildren().Any(child => child.IsStopRequested);

    private void BeforeIncarnationEnds()
    {
        _extras?.Timers?.CancelAll();
        // By way of the actor: a persistent one has a stash before this one.
        (_actor as IActorStash)?.Stash.UnstashAll();
    }

    private void ClearFailed()
    {
        if (_extras?.Fault is not { } fault)
            return;
        fault.IsFailed = false;
        fault.Perpetrator = null;
        fault.FailedMessage = null;
    }

    private void DeferFault(SystemMessage message)
    {
        if (!IsTerminating)
            (Fault.Deferred ??= new Queue<SystemMessage>()).Enqueue(message);
    }

    private void ReplayDeferred()
    {
        while (_extras?.Fault?.Deferred is { Count: > 0 } deferred && !IsWaitingForChildren && !IsClosed)
            InvokeSystem(deferred.Dequeue());
    }

    private sealed class FaultState
    {
        public bool IsFailed;

        // The child whose failure was escalated; it is suspended already.
        public IActorRef? Perpetrator;
        public object? FailedMessage;
        public WaitReason Waiting;
        public Exception? RestartCause;
        public Queue<SystemMessage>? Deferred;
    }
}
