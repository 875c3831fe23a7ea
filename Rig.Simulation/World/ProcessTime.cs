namespace Rig.Simulation.World;

/// <summary>The machine's clock as a process sees it, with timers that run as the process and end with it.</summary>
internal sealed class ProcessTime(SimulatedProcess process) : TimeProvider
{
    private static readonly TimeSpan MaxLateness = TimeSpan.FromMicroseconds(500);

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    private SimulatedWorld World => process.Machine.World;

    public override DateTimeOffset GetUtcNow() => process.Machine.Clock.UtcNow();

    public override long GetTimestamp() => process.Machine.Clock.MonotonicTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ProcessTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>As the platform's: never early, a little late, one callback at a time, none for what a pause has missed.</summary>
    private sealed class ProcessTimer(ProcessTime time, TimerCallback callback, object? state) : Timeline.Entry, ITimer
    {
        private long _periodTicks;
        private bool _queued;
        private bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_disposed)
                return false;
            Timeline.Remove(this);
            _periodTicks = period > TimeSpan.Zero ? period.Ticks : 0;
            if (dueTime >= TimeSpan.Zero)
                Arm(dueTime.Ticks);
            return true;
        }

        public override void Run()
        {
            if (_disposed || !time.Process.IsAlive)
                return;
            if (!_queued)
            {
                _queued = true;
                time.Process.Post(Call);
            }

            if (_periodTicks > 0)
                Arm(_periodTicks);
        }

        public void Dispose()
        {
            _disposed = true;
            Timeline.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm(long delayTicks)
        {
            var clock = time.Process.Machine.Clock;
            var due = clock.WorldTicksAt(clock.MonotonicTicks + delayTicks);
            time.World.Schedule(this, due + time.World.Between(TimeSpan.Zero, MaxLateness).Ticks);
        }

        private void Call()
        {
            _queued = false;
            if (!_disposed)
                callback(state);
        }
    }

    private SimulatedProcess Process => process;
}
