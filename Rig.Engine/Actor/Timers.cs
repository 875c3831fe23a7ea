namespace Rig.Engine.Actor;

/// <summary>An actor with timers of its own; the engine sets <see cref="Timers"/> before <c>PreStart</c>.</summary>
public interface IWithTimers
{
    ITimerScheduler Timers { get; set; }
}

/// <summary>
/// Timers by key. Starting a key again replaces it, and a message of the replaced or cancelled one is never handled,
/// even if it waits in the mailbox already. All end with the incarnation.
/// </summary>
public interface ITimerScheduler
{
    IReadOnlyCollection<object> ActiveTimers { get; }

    void StartPeriodicTimer(object key, object msg, TimeSpan interval);

    void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender);

    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);

    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender);

    void StartSingleTimer(object key, object msg, TimeSpan timeout);

    void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender);

    bool IsTimerActive(object key);

    void Cancel(object key);

    void CancelAll();
}

/// <summary>A timer's message on its way; only its own timer, unreplaced, makes it count.</summary>
internal class TimerMessage(TimerScheduler owner, TimerScheduler.Running timer) : INoSerializationVerificationNeeded, Event.IDeadLetterSuppression
{
    public TimerScheduler Owner { get; } = owner;

    public TimerScheduler.Running Timer { get; } = timer;
}

/// <summary>As the message that it carries asks: it does not reset the receive timeout.</summary>
internal sealed class QuietTimerMessage(TimerScheduler owner, TimerScheduler.Running timer) : TimerMessage(owner, timer), INotInfluenceReceiveTimeout;

internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private readonly Dictionary<object, Running> _timers = [];

    public IReadOnlyCollection<object> ActiveTimers => _timers.Keys;

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => Start(key, msg, interval, interval, cell.Self);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender) => Start(key, msg, interval, interval, sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) =>
        Start(key, msg, initialDelay, interval, cell.Self);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender) =>
        Start(key, msg, initialDelay, interval, sender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => Start(key, msg, timeout, null, cell.Self);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender) => Start(key, msg, timeout, null, sender);

    public bool IsTimerActive(object key) => _timers.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_timers.Remove(key, out var timer))
            timer.Schedule.Cancel();
    }

    public void CancelAll()
    {
        foreach (var timer in _timers.Values)
            timer.Schedule.Cancel();
        _timers.Clear();
    }

    /// <summary>The message to handle, or null when its timer was cancelled, replaced or belongs to an earlier incarnation.</summary>
    public object? Accept(TimerMessage message)
    {
        var timer = message.Timer;
        if (!ReferenceEquals(message.Owner, this) || !_timers.TryGetValue(timer.Key, out var active) || !ReferenceEquals(active, timer))
            return null;
        if (!timer.IsPeriodic)
            _timers.Remove(timer.Key);
        return timer.Message;
    }

    private void Start(object key, object message, TimeSpan delay, TimeSpan? interval, IActorRef sender)
    {
        Cancel(key);
        var scheduler = cell.System.Scheduler;
        var timer = new Running(key, message, interval is not null, new Cancelable(scheduler.Advanced));
        var envelope = message is INotInfluenceReceiveTimeout ? new QuietTimerMessage(this, timer) : new TimerMessage(this, timer);
        _timers[key] = timer;
        if (interval is { } period)
            scheduler.ScheduleTellRepeatedly(delay, period, cell.Self, envelope, sender, timer.Schedule);
        else
            scheduler.ScheduleTellOnce(delay, cell.Self, envelope, sender, timer.Schedule);
    }

    internal sealed record Running(object Key, object Message, bool IsPeriodic, Cancelable Schedule);
}
