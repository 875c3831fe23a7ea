using System.Collections;

namespace Rig.Simulation.Platform;

/// <summary>
/// .NET's own timers (Task.Delay, CancelAfter, Ask's timeout) in the world's time: the thread that fires them is never started, and
/// the world does what it would do.
/// </summary>
internal sealed class PlatformTimers
{
    private static readonly Type QueueType = Reflected.Type(typeof(object).Assembly, "System.Threading.TimerQueue");
    private static readonly Array Queues = Reflected.StaticValue<Array>(QueueType, "<Instances>k__BackingField");
    private static readonly Func<object, bool> IsScheduled = Reflected.Getter<bool>(QueueType, "_isTimerScheduled");
    private static readonly Func<object, long> StartMs = Reflected.Getter<long>(QueueType, "_currentTimerStartTicks");
    private static readonly Func<object, uint> DurationMs = Reflected.Getter<uint>(QueueType, "_currentTimerDuration");

    private static readonly Func<Array> CreateQueues = Reflected.StaticMethod<Func<Array>>(QueueType, "CreateTimerQueues");

    private readonly object queue = CreateQueues().GetValue(0)!;

    /// <summary>Timers of another world, that nobody fires any more, are left behind.</summary>
    public PlatformTimers() => Queues.SetValue(queue, 0);

    /// <summary>World time at which the next one is due; null when there is none.</summary>
    public long? DueTicks => IsScheduled(queue) ? VirtualClocks.ElapsedTicksAt(StartMs(queue) + DurationMs(queue)) : null;

    /// <summary>Before the first timer of the process: the timer thread is started by whoever finds no list.</summary>
    /// <exception cref="SelfCheckException">The thread runs, or timers are kept elsewhere.</exception>
    public static void Install()
    {
        if (Queues.Length != 1)
            throw new SelfCheckException($"There are {Queues.Length} queues of timers, one a processor: start with DOTNET_PROCESSOR_COUNT=1.");
        var list = Reflected.Field<IList>(QueueType, "s_scheduledTimers");
        if (list.GetValue(null) is not null)
            throw new SelfCheckException("A timer was set before the simulation could keep the timer thread from starting.");
        list.SetValue(null, Activator.CreateInstance(list.FieldType));
        var timers = new PlatformTimers();
        using var probe = new Timer(static _ => { }, null, 1000, Timeout.Infinite);
        if (timers.DueTicks != VirtualClocks.ElapsedTicksAt(Environment.TickCount64 + 1000))
            throw new SelfCheckException($"A timer of .NET {Environment.Version} is not due when System.Threading.TimerQueue says.");
    }

    /// <summary>The first of those that are due is called at once, others are queued for the pool.</summary>
    public void Fire() => ((IThreadPoolWorkItem)queue).Execute();
}
