using Akka.Dispatch;

namespace Rig.Simulation.World;

/// <summary>
/// A system's scheduler, on its machine's clock: never early, by chance late by what Akka.NET's wheel may be, each system's calls in
/// the order of their time on what stands for its one thread. A pause lets them gather.
/// </summary>
internal sealed class ProcessTimers : SchedulerBase, IDateTimeOffsetNowTimeProvider, IDisposable
{
    private static readonly TimeSpan WheelTick = TimeSpan.FromMilliseconds(10);

    private readonly SimulatedProcess process;
    private readonly Queue<Action> due = new();
    private readonly Action callNext;
    private bool isStopped;

    /// <summary>Called by Akka.NET, which finds the class in the configuration.</summary>
    public ProcessTimers(Config config, ILoggingAdapter log)
        : base(config, log) => (process, callNext) = (SystemOverrides.ProcessOf(config), CallNext);

    public override TimeSpan MonotonicClock => HighResMonotonicClock;

    public override TimeSpan HighResMonotonicClock => TimeSpan.FromTicks(process.Machine.Clock.MonotonicTicks);

    protected override DateTimeOffset TimeNow => process.Time.GetUtcNow();

    public void Dispose() => isStopped = true;

    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Schedule(delay, null, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Schedule(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) => Schedule(delay, null, action, cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) => Schedule(delay, null, action.Run, cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Schedule(initialDelay, interval, action, cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Schedule(initialDelay, interval, action.Run, cancelable);

    private void Schedule(TimeSpan delay, TimeSpan? interval, Action action, ICancelable? cancelable)
    {
        process.Machine.World.Starts.Gate();
        if (isStopped)
        {
            throw new SchedulerException("The system has ended; nothing is scheduled any more.");
        }

        if (cancelable is not { IsCancellationRequested: true })
        {
            new Timer(this, action, cancelable, interval?.Ticks ?? 0).Arm(process.Machine.Clock.MonotonicTicks + delay.Ticks);
        }
    }

    private void Enqueue(Action call)
    {
        due.Enqueue(call);
        if (due.Count == 1)
        {
            process.Enqueue(callNext);
        }
    }

    private void CallNext()
    {
        try
        {
            due.Peek()();
        }
        catch (Exception e)
        {
            Log?.Error(e, "A scheduled action failed.");
        }
        finally
        {
            due.Dequeue();
            if (due.Count > 0)
            {
                process.Enqueue(callNext);
            }
        }
    }

    private sealed class Timer(ProcessTimers timers, Action action, ICancelable? cancelable, long intervalTicks) : Timeline.Entry
    {
        private long dueTicks;

        public void Arm(long localTicks)
        {
            dueTicks = localTicks;
            var world = timers.process.Machine.World;
            world.Schedule(this, timers.process.Machine.Clock.WorldTicksAt(localTicks) + world.Between(TimeSpan.Zero, WheelTick).Ticks);
        }

        public override void Run()
        {
            if (!timers.process.IsAlive || timers.isStopped || cancelable is { IsCancellationRequested: true })
            {
                return;
            }

            timers.Enqueue(Call);
            if (intervalTicks > 0)
            {
                Arm(dueTicks + intervalTicks);
            }
        }

        private void Call()
        {
            if (cancelable is not { IsCancellationRequested: true })
            {
                action();
            }
        }
    }
}
