using Rig.Simulation.Platform;
using Rig.Simulation.World.Network;

namespace Rig.Simulation.World;

/// <summary>
/// Machines, their processes and the network between them, from one seed. The world owns time, the order in which mailboxes run, the
/// network and the disks; Akka.NET and the actors in it are the real ones. The same seed gives the same run, step by step.
/// </summary>
/// <remarks>
/// While anything can run, one of it is picked by chance and run, in no time; then the clock jumps to what comes next. One world at
/// a time in a process (<see cref="HeldProcess"/>). docs/design/simulation.md.
/// </remarks>
internal sealed class SimulatedWorld : IDisposable
{
    /// <summary>Steps at one instant after which a run counts as stuck in a loop.</summary>
    private const int MaxStepsAtOnce = 200_000;

    private readonly Random chance;
    private readonly Timeline timeline = new();
    private readonly PlatformTimers platformTimers = new();
    private readonly List<Runnable> ready = [];
    private readonly List<SimulatedMachine> machines = [];
    private readonly Dictionary<int, SimulatedProcess> processes = [];
    private readonly PoolThread pool;
    private volatile string? escaped;
    private int stepsAtOnce;
    private long untilTicks;
    private Func<bool>? until;
    private bool reached;

    /// <param name="seed">Of every choice that the world makes.</param>
    public SimulatedWorld(int seed)
    {
        Seed = seed;
        chance = new Random(seed);
        Trace = new Trace(this);
        Network = new SimulatedNetwork(this);
        Current = this;
        AkkaStatics.Reset();
        AkkaStatics.Use(NewRandom());
        VirtualClocks.Set(Start, 0);
        Starts = new SystemStarts(this);
        pool = new PoolThread(Run, NewRandom());
    }

    /// <summary>The world in which Akka.NET, which makes dispatchers and the like by their names, finds the process they are for.</summary>
    public static SimulatedWorld? Current { get; private set; }

    public int Seed { get; }

    public DateTimeOffset Start { get; } = new(2026, 6, 6, 10, 0, 0, TimeSpan.Zero);

    public Trace Trace { get; }

    public SimulatedNetwork Network { get; }

    public IReadOnlyList<SimulatedMachine> Machines => machines;

    /// <summary>True time since the start.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(NowTicks);

    /// <summary>True time, which no machine's clock knows exactly.</summary>
    public DateTimeOffset Now => Start + Elapsed;

    public long Steps { get; private set; }

    internal long NowTicks { get; private set; }

    internal SystemStarts Starts { get; }

    public SimulatedMachine AddMachine(string name)
    {
        var machine = new SimulatedMachine(this, name);
        machines.Add(machine);
        return machine;
    }

    /// <summary>A number from 0 up to but not including <paramref name="below"/>.</summary>
    public int Pick(int below) => chance.Next(below);

    public T Pick<T>(IReadOnlyList<T> among) => among[chance.Next(among.Count)];

    public bool Happens(double probability) => probability > 0 && chance.NextDouble() < probability;

    /// <summary>Evenly spread.</summary>
    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + TimeSpan.FromTicks((long)(chance.NextDouble() * (most - least).Ticks));

    /// <summary>From -1 to 1, mostly near 0.</summary>
    public double Noise() => (chance.NextDouble() + chance.NextDouble() + chance.NextDouble() - 1.5) / 1.5;

    /// <summary>Runs it when the time has come, whatever the machines do: faults, people, the network.</summary>
    public void At(TimeSpan elapsed, Action action) => Schedule(new WorldEvent(action), elapsed.Ticks);

    public void After(TimeSpan delay, Action action) => At(Elapsed + delay, action);

    public void RunFor(TimeSpan duration) => RunUntil(Elapsed + duration);

    /// <summary>Runs until that time, or earlier until <paramref name="done"/> says so, which is asked after every instant.</summary>
    /// <returns>Whether it said so; true without one.</returns>
    public bool RunUntil(TimeSpan elapsed, Func<bool>? done = null)
    {
        (untilTicks, until, reached) = (elapsed.Ticks, done, false);
        pool.RunToEnd();
        return reached || done is null;
    }

    /// <summary>Runs what the machines have to do at this instant, without letting time pass.</summary>
    public void Settle() => RunUntil(Elapsed, static () => true);

    /// <summary>Ends all processes, and lets what they left in the pool run out, so that the next world of this process finds it empty.</summary>
    public void Dispose()
    {
        foreach (var machine in machines)
        {
            machine.Kill();
        }

        Settle();
        pool.Dispose();
        Starts.Dispose();
        Current = null;
    }

    internal Random NewRandom() => new(chance.Next());

    internal int Register(SimulatedProcess process)
    {
        processes.Add(processes.Count + 1, process);
        return processes.Count;
    }

    internal SimulatedProcess Process(int id) => processes[id];

    internal void Schedule(Timeline.Entry entry, long dueTicks) => timeline.Add(entry, Math.Max(dueTicks, NowTicks));

    internal void Enqueue(in Runnable runnable)
    {
        if (Starts.Takes(runnable))
        {
            return;
        }

        // Whatever comes from another thread comes at a time that no seed decides.
        if (pool.IsCurrent)
        {
            ready.Add(runnable);
        }
        else
        {
            escaped ??= $"Work for {runnable} comes from a thread outside the simulation:{Environment.NewLine}{Environment.StackTrace}";
        }
    }

    internal void Enqueue(List<Runnable> runnables) => ready.AddRange(runnables);

    /// <summary>Takes out what waits to run for one process, in the order in which it came.</summary>
    internal List<Runnable> TakeRunnables(SimulatedProcess process)
    {
        var taken = ready.Where(runnable => runnable.Process == process).ToList();
        ready.RemoveAll(runnable => runnable.Process == process);
        return taken;
    }

    /// <returns>False when the pool's own work comes first; true when this run is over.</returns>
    private bool Run()
    {
        while (true)
        {
            while (ready.Count > 0)
            {
                Step();
                if (ThreadPool.PendingWorkItemCount > 0)
                {
                    return false;
                }
            }

            if (ThreadPool.PendingWorkItemCount > 0)
            {
                return false;
            }

            if (Starts.GoOn())
            {
                continue;
            }

            if (escaped is not null)
            {
                throw new InvalidOperationException(escaped);
            }

            if (until?.Invoke() == true)
            {
                return reached = true;
            }

            var next = Math.Min(timeline.NextTicks ?? long.MaxValue, platformTimers.DueTicks ?? long.MaxValue);
            if (next > untilTicks)
            {
                Advance(untilTicks);
                return true;
            }

            Advance(next);
            // All that happens at one instant comes before what it causes, so that chance orders the consequences.
            while (timeline.TakeDue(NowTicks) is { } due)
            {
                due.Run();
            }

            if (platformTimers.DueTicks <= NowTicks)
            {
                platformTimers.Fire();
            }
        }
    }

    private void Step()
    {
        if (++stepsAtOnce > MaxStepsAtOnce)
        {
            throw new InvalidOperationException($"More than {MaxStepsAtOnce} steps at {Elapsed}: something goes round in a circle ({ready[0]}).");
        }

        var place = ready.Count == 1 ? 0 : chance.Next(ready.Count);
        var runnable = ready[place];
        ready[place] = ready[^1];
        ready.RemoveAt(ready.Count - 1);
        Steps++;
        Trace.Step(runnable, place, ready.Count);
        runnable.Process.Execute(runnable);
    }

    private void Advance(long ticks)
    {
        if (ticks <= NowTicks)
        {
            return;
        }

        stepsAtOnce = 0;
        NowTicks = ticks;
        VirtualClocks.Set(Start, NowTicks);
    }

    private sealed class WorldEvent(Action action) : Timeline.Entry
    {
        public override void Run() => action();
    }
}
