using Rig.Engine.Actor;

namespace Rig.Engine.Dispatch.SysMsg;

/// <summary>
/// Engine-to-engine messages, handled before user messages and linked intrusively, so that an instance is sent to one
/// receiver only. These leave the process: <see cref="Watch"/>, <see cref="Unwatch"/>,
/// <see cref="DeathWatchNotification"/> and <see cref="Terminate"/>; the others are local.
/// </summary>
internal abstract class SystemMessage
{
    internal SystemMessage? Next;
}

/// <summary>First message of every local actor: makes the instance.</summary>
internal sealed class Create : SystemMessage;

internal sealed class Suspend : SystemMessage;

/// <param name="causedByFailure">Set when the supervisor decided so after this actor's own failure.</param>
internal sealed class Resume(Exception? causedByFailure) : SystemMessage
{
    public Exception? CausedByFailure { get; } = causedByFailure;
}

internal sealed class Recreate(Exception cause) : SystemMessage
{
    public Exception Cause { get; } = cause;
}

internal sealed class Terminate : SystemMessage;

internal sealed class Watch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    public IInternalActorRef Watchee { get; } = watchee;

    public IInternalActorRef Watcher { get; } = watcher;
}

internal sealed class Unwatch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    public IInternalActorRef Watchee { get; } = watchee;

    public IInternalActorRef Watcher { get; } = watcher;
}

/// <param name="actor">Who died.</param>
/// <param name="existenceConfirmed">False when it is not known whether it ever lived.</param>
/// <param name="addressTerminated">True when the whole system at its address is given up.</param>
internal sealed class DeathWatchNotification(IActorRef actor, bool existenceConfirmed, bool addressTerminated) : SystemMessage
{
    public IActorRef Actor { get; } = actor;

    public bool ExistenceConfirmed { get; } = existenceConfirmed;

    public bool AddressTerminated { get; } = addressTerminated;
}

/// <summary>A child reports that it failed and is suspended.</summary>
internal sealed class Failed(IActorRef child, Exception cause, long uid) : SystemMessage
{
    public IActorRef Child { get; } = child;

    public Exception Cause { get; } = cause;

    public long Uid { get; } = uid;
}

/// <summary>Runs a piece of an asynchronous handler in the actor's turn.</summary>
internal sealed class RunTask(ActorTaskScheduler scheduler, Task task) : SystemMessage
{
    public ActorTaskScheduler Scheduler { get; } = scheduler;

    public Task Task { get; } = task;
}

/// <summary>An asynchronous handler is done; user messages may go on.</summary>
internal sealed class TaskDone(ActorTaskScheduler scheduler, Exception? cause) : SystemMessage
{
    public ActorTaskScheduler Scheduler { get; } = scheduler;

    public Exception? Cause { get; } = cause;
}
