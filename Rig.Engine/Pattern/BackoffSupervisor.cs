using Rig.Engine.Actor;

namespace Rig.Engine.Pattern;

/// <summary>When a child is started again, and how long after.</summary>
public static class Backoff
{
    /// <summary>Starts the child again after it failed.</summary>
    /// <param name="childProps">The child.</param>
    /// <param name="childName">Its name.</param>
    /// <param name="minBackoff">The first wait; doubles with each restart.</param>
    /// <param name="maxBackoff">The longest wait.</param>
    /// <param name="randomFactor">0.2 adds up to 20 % by chance, so that many do not come back at once.</param>
    /// <param name="maxNrOfRetries">The supervisor gives up and stops after so many restarts in a row; -1 never.</param>
    public static BackoffOptions OnFailure(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        new BackoffOptionsImpl(childProps, childName, minBackoff, maxBackoff, randomFactor, true, minBackoff, maxNrOfRetries);

    /// <summary>Starts the child again after it stopped, for whatever reason.</summary>
    /// <inheritdoc cref="OnFailure"/>
    public static BackoffOptions OnStop(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        new BackoffOptionsImpl(childProps, childName, minBackoff, maxBackoff, randomFactor, false, minBackoff, maxNrOfRetries);
}

public abstract class BackoffOptions
{
    private protected BackoffOptions()
    {
    }

    /// <summary>The wait is short again once the child has lived that long.</summary>
    public abstract BackoffOptions WithAutoReset(TimeSpan resetBackoff);

    internal abstract Props Props { get; }
}

internal sealed class BackoffOptionsImpl(
    Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, bool restartsFailed, TimeSpan resetAfter, int maxRetries)
    : BackoffOptions
{
    public Props ChildProps { get; } = childProps;

    public string ChildName { get; } = childName;

    public bool RestartsFailed { get; } = restartsFailed;

    public TimeSpan ResetAfter { get; } = resetAfter;

    public int MaxRetries { get; } = maxRetries;

    internal override Props Props => Actor.Props.Create(typeof(BackoffSupervisor), () => new BackoffSupervisor(this));

    public override BackoffOptions WithAutoReset(TimeSpan resetBackoff) =>
        new BackoffOptionsImpl(ChildProps, ChildName, minBackoff, maxBackoff, randomFactor, RestartsFailed, resetBackoff, MaxRetries);

    /// <summary>The wait before a restart.</summary>
    /// <param name="restarts">Restarts before it, in a row.</param>
    /// <param name="chance">0 to 1.</param>
    public TimeSpan Delay(int restarts, double chance)
    {
        var doubled = minBackoff * Math.Pow(2, Math.Min(restarts, 30));
        var limited = doubled < maxBackoff ? doubled : maxBackoff;
        return limited * (1 + (randomFactor * chance));
    }
}

/// <summary>
/// Keeps one child and starts it again with growing waits. Messages go to the child; while there is none they are dead letters.
/// </summary>
public sealed class BackoffSupervisor : ActorBase
{
    private readonly BackoffOptionsImpl _options;
    private IActorRef? _child;
    private int _restarts;
    private bool _failed;

    internal BackoffSupervisor(BackoffOptionsImpl options) => _options = options;

    public static Props Props(BackoffOptions options) => options.Props;

    protected override void PreStart() => StartTheChild();

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(cause =>
    {
        var directive = Rig.Engine.Actor.SupervisorStrategy.DefaultDecider.Decide(cause);
        // Stopped now and started again later; one that stops for good is not started again on failure.
        if (_options.RestartsFailed && directive == Directive.Restart)
            _failed = true;
        return _options.RestartsFailed && directive == Directive.Restart ? Directive.Stop : directive;
    });

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case StartChild:
                StartTheChild();
                return true;
            case ResetCount reset:
                if (reset.Restarts == _restarts)
                    _restarts = 0;
                return true;
            case Terminated terminated when terminated.ActorRef.Equals(_child):
                OnChildGone();
                return true;
            default:
                (_child ?? Context.System.DeadLetters).Forward(message);
                return true;
        }
    }

    private void OnChildGone()
    {
        _child = null;
        var again = !_options.RestartsFailed || _failed;
        _failed = false;
        if (!again || (_options.MaxRetries >= 0 && _restarts >= _options.MaxRetries))
        {
            Context.Stop(Self);
            return;
        }

        var delay = _options.Delay(_restarts++, ((ActorSystemImpl)Context.System).Runtime.NextDouble());
        Context.System.Scheduler.ScheduleTellOnce(delay, Self, StartChild.Instance, Self);
    }

    private void StartTheChild()
    {
        if (_child is not null)
            return;
        _child = Context.Watch(Context.ActorOf(_options.ChildProps, _options.ChildName));
        Context.System.Scheduler.ScheduleTellOnce(_options.ResetAfter, Self, new ResetCount(_restarts), Self);
    }

    private sealed class StartChild : Event.IDeadLetterSuppression
    {
        public static readonly StartChild Instance = new();
    }

    private sealed record ResetCount(int Restarts) : Event.IDeadLetterSuppression;
}
