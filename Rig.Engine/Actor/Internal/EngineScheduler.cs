namespace Rig.Engine.Actor;

/// <summary>
/// One queue of timers over one <see cref="ITimer"/> of the runtime's <see cref="TimeProvider"/>. Entries due at the
/// same time run in the order they were scheduled, one after the other.
/// </summary>
internal sealed class EngineScheduler : IScheduler, IAdvancedScheduler, IDisposable
{
    private readonly TimeProvider _time;
    private readonly Action<Exception> _onError;
    private readonly Lock _gate = new();
    private readonly TimerQueue _queue = new();
    private readonly ITimer _timer;
    private readonly long _start;
    private long _armedFor = long.MaxValue;
    private bool _running;
    private bool _disposed;

    /// <param name="time">The clock.</param>
    /// <param name="onError">Told what scheduled actions throw.</param>
    public EngineScheduler(TimeProvider time, Action<Exception> onError)
    {
        _time = time;
        _onError = onError;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((EngineScheduler)state!).RunDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public IAdvancedScheduler Advanced => this;

    public DateTimeOffset Now => _time.GetUtcNow();

    public TimeSpan MonotonicClock => _time.GetElapsedTime(_start);

    public TimeSpan HighResMonotonicClock => MonotonicClock;

    public int Pending
    {
        get
        {
            lock (_gate)
                return _queue.Count;
        }
    }

    /// <summary>On <see cref="MonotonicClock"/>; null when nothing is scheduled.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (_gate)
                return _queue.Next is { } next ? TimeSpan.FromTicks(next.DueTicks) : null;
        }
    }

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender) =>
        ScheduleTellOnce(delay, receiver, message, sender, null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        Add(delay, new TellEntry(this, receiver, message, sender) { Cancelable = cancelable });

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender) =>
        ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, null);

    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        Add(initialDelay, new TellEntry(this, receiver, message, sender) { Cancelable = cancelable, IntervalTicks = Positive(interval) });

    public void ScheduleOnce(TimeSpan delay, Action action) => ScheduleOnce(delay, action, null);

    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) =>
        Add(delay, new ActionEntry(this, action) { Cancelable = cancelable });

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) =>
        ScheduleRepeatedly(initialDelay, interval, action, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Add(initialDelay, new ActionEntry(this, action) { Cancelable = cancelable, IntervalTicks = Positive(interval) });

    /// <summary>Schedules an entry of the caller's own; taken back by <see cref="Remove"/>.</summary>
    internal void Add(TimeSpan delay, Entry entry)
    {
        if (delay < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(delay), delay, "A delay must not be negative.");
        if (entry.Cancelable is { IsCancellationRequested: true })
            return;
        lock (_gate)
        {
            if (_disposed)
                throw new SchedulerException("The scheduler of this actor system has been shut down.");
            _queue.Add(entry, MonotonicClock.Ticks + delay.Ticks);
            Arm();
        }

        switch (entry.Cancelable)
        {
            case null:
                break;
            case Cancelable own:
                own.OnCancel(entry.Remove);
                break;
            case { } foreign:
                foreign.Token.Register(entry.Remove);
                break;
        }
    }

    internal void Remove(Entry entry)
    {
        lock (_gate)
        {
            entry.IntervalTicks = 0;
            _queue.Remove(entry);
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _disposed = true;
        _timer.Dispose();
    }

    private static long Positive(TimeSpan interval) => interval > TimeSpan.Zero
        ? interval.Ticks
        : throw new ArgumentOutOfRangeException(nameof(interval), interval, "An interval must be positive.");

    private void Arm()
    {
        var due = _queue.Next?.DueTicks ?? long.MaxValue;
        if (_running || _disposed || due >= _armedFor)
            return;
        _armedFor = due;
        var wait = due - MonotonicClock.Ticks;
        // Whole milliseconds, rounded up: the platform's timers are no finer, and never early.
        var milliseconds = Math.Clamp((wait + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond, 0, int.MaxValue);
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }

    private void RunDue()
    {
        lock (_gate)
        {
            if (_running || _disposed)
                return;
            _running = true;
            _armedFor = long.MaxValue;
        }

        while (true)
        {
            TimerQueue.Entry? entry;
            lock (_gate)
            {
                var now = MonotonicClock.Ticks;
                entry = _disposed ? null : _queue.TakeDue(now);
                if (entry is null)
                {
                    _running = false;
                    Arm();
                    return;
                }

                if (entry is Entry { IntervalTicks: > 0 } repeated)
                    _queue.Add(repeated, Math.Max(repeated.DueTicks + repeated.IntervalTicks, now));
            }

            try
            {
                entry.Run();
            }
            catch (Exception cause)
            {
                _onError(cause);
            }
        }
    }

    internal abstract class Entry(EngineScheduler owner) : TimerQueue.Entry
    {
        public ICancelable? Cancelable { get; init; }

        // Zero for once.
        public long IntervalTicks { get; set; }

        public void Remove() => owner.Remove(this);

        protected void Done()
        {
            if (IntervalTicks == 0 && Cancelable is Cancelable own)
                own.Forget(Remove);
        }
    }

    private sealed class TellEntry(EngineScheduler owner, ICanTell receiver, object message, IActorRef? sender) : Entry(owner)
    {
        public override void Run()
        {
            Done();
            if (Cancelable is not { IsCancellationRequested: true })
                receiver.Tell(message, sender);
        }
    }

    private sealed class ActionEntry(EngineScheduler owner, Action action) : Entry(owner)
    {
        public override void Run()
        {
            Done();
            if (Cancelable is not { IsCancellationRequested: true })
                action();
        }
    }
}
