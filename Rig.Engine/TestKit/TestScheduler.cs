using Rig.Engine.Actor;
using Rig.Engine.Configuration;
using Rig.Engine.Event;

namespace Rig.Engine.TestKit;

/// <summary>
/// A scheduler whose time stands still until the test moves it. Chosen by
/// <c>akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"</c>.
/// </summary>
public class TestScheduler : IScheduler, IAdvancedScheduler, IDisposable
{
    private readonly ManualTime _time = new();
    private readonly EngineScheduler _scheduler;

    public TestScheduler(Config schedulerConfig, ILoggingAdapter log)
    {
        ArgumentNullException.ThrowIfNull(schedulerConfig);
        _scheduler = new EngineScheduler(_time, cause => log.Error(cause, "A scheduled action failed: {0}", cause.Message));
    }

    public IAdvancedScheduler Advanced => this;

    public DateTimeOffset Now => _time.GetUtcNow();

    public TimeSpan MonotonicClock => _scheduler.MonotonicClock;

    public TimeSpan HighResMonotonicClock => _scheduler.MonotonicClock;

    /// <summary>Moves the time and runs what falls due on the way, in order, before it returns.</summary>
    public void Advance(TimeSpan offset) => AdvanceTo(Now + offset);

    public void AdvanceTo(DateTimeOffset when)
    {
        while (_scheduler.NextDue is { } due && Now + (due - MonotonicClock) <= when)
            _time.MoveTo(Now + (due - MonotonicClock));
        _time.MoveTo(when);
    }

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender) =>
        _scheduler.ScheduleTellOnce(delay, receiver, message, sender);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        _scheduler.ScheduleTellOnce(delay, receiver, message, sender, cancelable);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender) =>
        _scheduler.ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender);

    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        _scheduler.ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, cancelable);

    public void ScheduleOnce(TimeSpan delay, Action action) => _scheduler.ScheduleOnce(delay, action);

    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) => _scheduler.ScheduleOnce(delay, action, cancelable);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) =>
        _scheduler.ScheduleRepeatedly(initialDelay, interval, action);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        _scheduler.ScheduleRepeatedly(initialDelay, interval, action, cancelable);

    void IDisposable.Dispose()
    {
        _scheduler.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A clock moved by hand, with the one timer that an <see cref="EngineScheduler"/> needs.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private Action? _tick;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _now.UtcTicks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _tick = () => callback(state);
            return new ManualTimer();
        }

        public void MoveTo(DateTimeOffset when)
        {
            _now = when;
            _tick?.Invoke();
        }
    }

    private sealed class ManualTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
