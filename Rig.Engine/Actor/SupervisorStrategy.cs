using Rig.Engine.Event;

namespace Rig.Engine.Actor;

/// <summary>What becomes of a failed child.</summary>
public enum Directive
{
    /// <summary>Goes on with its state.</summary>
    Resume,

    /// <summary>A fresh instance takes over.</summary>
    Restart,

    /// <summary>The supervisor fails itself.</summary>
    Escalate,

    Stop,
}

public interface IDecider
{
    Directive Decide(Exception cause);
}

public class LocalOnlyDecider(Func<Exception, Directive> decider) : IDecider
{
    public Directive Decide(Exception cause) => decider(cause);
}

public static class Decider
{
    public static LocalOnlyDecider From(Func<Exception, Directive> localOnlyDecider) => new(localOnlyDecider);
}

/// <summary>How an actor treats the failures of its children.</summary>
public abstract class SupervisorStrategy
{
    /// <summary>Stops actors that could not be made or were killed, restarts all others.</summary>
    public static readonly IDecider DefaultDecider = Actor.Decider.From(cause =>
        cause is ActorInitializationException or ActorKilledException or DeathPactException ? Directive.Stop : Directive.Restart);

    public static readonly SupervisorStrategy DefaultStrategy = new OneForOneStrategy(DefaultDecider);

    public static readonly OneForOneStrategy StoppingStrategy = new(_ => Directive.Stop);

    private protected SupervisorStrategy(int maxNrOfRetries, int withinTimeMilliseconds, IDecider decider, bool loggingEnabled)
    {
        MaxRetries = maxNrOfRetries;
        Window = withinTimeMilliseconds > 0 ? TimeSpan.FromMilliseconds(withinTimeMilliseconds) : null;
        DeciderCore = decider;
        LoggingEnabled = loggingEnabled;
    }

    public IDecider Decider => DeciderCore;

    protected bool LoggingEnabled { get; set; }

    private protected int MaxRetries { get; }

    private protected TimeSpan? Window { get; }

    private protected IDecider DeciderCore { get; }

    /// <summary>Applies the decision; false for Escalate.</summary>
    internal bool HandleFailure(
        ActorCell cell,
        LocalActorRef child,
        Exception cause,
        ChildRestartStats stats,
        IReadOnlyCollection<LocalActorRef> siblings,
        Func<LocalActorRef, ChildRestartStats> statsOf)
    {
        var directive = Handle(child, cause);
        if (LoggingEnabled)
            LogFailure(cell, child, cause, directive);
        switch (directive)
        {
            case Directive.Resume:
                child.Resume(cause);
                return true;
            case Directive.Restart:
                ProcessFailure(cell, true, child, cause, stats, siblings, statsOf);
                return true;
            case Directive.Stop:
                ProcessFailure(cell, false, child, cause, stats, siblings, statsOf);
                return true;
            default:
                return false;
        }
    }

    internal virtual void HandleChildTerminated(ActorCell cell, IActorRef child)
    {
    }

    internal abstract void ProcessFailure(
        ActorCell cell,
        bool restart,
        LocalActorRef child,
        Exception cause,
        ChildRestartStats stats,
        IReadOnlyCollection<LocalActorRef> siblings,
        Func<LocalActorRef, ChildRestartStats> statsOf);

    protected virtual Directive Handle(IActorRef child, Exception exception) => DeciderCore.Decide(exception);

    protected virtual void LogFailure(IActorContext context, IActorRef child, Exception cause, Directive directive)
    {
        if (directive == Directive.Escalate)
            return;
        var reported = cause is ActorInitializationException { InnerException: { } inner } ? inner : cause;
        if (directive == Directive.Resume)
            context.System.EventStream.Publish(new Warning(child.Path.ToString(), GetType(), reported.Message));
        else
            context.System.EventStream.Publish(new Error(cause, child.Path.ToString(), GetType(), reported.Message));
    }

    /// <param name="child">The child.</param>
    /// <param name="cause">Why.</param>
    /// <param name="suspendFirst">For children that did not fail themselves.</param>
    protected void RestartChild(IActorRef child, Exception cause, bool suspendFirst)
    {
        var internalRef = (IInternalActorRef)child;
        if (suspendFirst)
            internalRef.Suspend();
        internalRef.Restart(cause);
    }

    private protected static int Milliseconds(TimeSpan? time) => time is { } t ? (int)t.TotalMilliseconds : -1;
}

/// <summary>The decision concerns the failed child only.</summary>
public class OneForOneStrategy : SupervisorStrategy
{
    public OneForOneStrategy(IDecider decider)
        : this(-1, -1, decider)
    {
    }

    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider)
        : this(-1, -1, localOnlyDecider)
    {
    }

    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(-1, -1, localOnlyDecider, loggingEnabled)
    {
    }

    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : this(maxNrOfRetries ?? -1, Milliseconds(withinTimeRange), decider)
    {
    }

    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries ?? -1, Milliseconds(withinTimeRange), localOnlyDecider)
    {
    }

    /// <param name="maxNrOfRetries">Restarts within the window before the child is stopped; -1 for no limit.</param>
    /// <param name="withinTimeMilliseconds">The window; -1 for all time.</param>
    /// <param name="decider">The decision.</param>
    /// <param name="loggingEnabled">Whether failures are logged.</param>
    public OneForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, IDecider decider, bool loggingEnabled = true)
        : base(maxNrOfRetries, withinTimeMilliseconds, decider, loggingEnabled)
    {
    }

    public OneForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(maxNrOfRetries, withinTimeMilliseconds, Actor.Decider.From(localOnlyDecider), loggingEnabled)
    {
    }

    public int MaxNumberOfRetries => MaxRetries;

    public int WithinTimeRangeMilliseconds => Milliseconds(Window);

    internal override void ProcessFailure(
        ActorCell cell,
        bool restart,
        LocalActorRef child,
        Exception cause,
        ChildRestartStats stats,
        IReadOnlyCollection<LocalActorRef> siblings,
        Func<LocalActorRef, ChildRestartStats> statsOf)
    {
        if (restart && stats.RequestRestartPermission(MaxRetries, Window, cell.SystemImpl.Scheduler.Now))
            RestartChild(child, cause, suspendFirst: false);
        else
            child.Stop();
    }
}

/// <summary>The decision concerns all children, of which one failed.</summary>
public class AllForOneStrategy : SupervisorStrategy
{
    public AllForOneStrategy(IDecider decider)
        : this(-1, -1, decider)
    {
    }

    public AllForOneStrategy(Func<Exception, Directive> localOnlyDecider)
        : this(-1, -1, localOnlyDecider)
    {
    }

    public AllForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : this(maxNrOfRetries ?? -1, Milliseconds(withinTimeRange), decider)
    {
    }

    public AllForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries ?? -1, Milliseconds(withinTimeRange), localOnlyDecider)
    {
    }

    public AllForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, IDecider decider, bool loggingEnabled = true)
        : base(maxNrOfRetries, withinTimeMilliseconds, decider, loggingEnabled)
    {
    }

    public AllForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(maxNrOfRetries, withinTimeMilliseconds, Actor.Decider.From(localOnlyDecider), loggingEnabled)
    {
    }

    public int MaxNumberOfRetries => MaxRetries;

    public int WithinTimeRangeMilliseconds => Milliseconds(Window);

    internal override void ProcessFailure(
        ActorCell cell,
        bool restart,
        LocalActorRef child,
        Exception cause,
        ChildRestartStats stats,
        IReadOnlyCollection<LocalActorRef> siblings,
        Func<LocalActorRef, ChildRestartStats> statsOf)
    {
        var now = cell.SystemImpl.Scheduler.Now;
        if (restart && siblings.All(sibling => statsOf(sibling).RequestRestartPermission(MaxRetries, Window, now)))
        {
            foreach (var sibling in siblings)
                RestartChild(sibling, cause, suspendFirst: !sibling.Equals(child));
        }
        else
        {
            foreach (var sibling in siblings)
                sibling.Stop();
        }
    }
}
