using Rig.Engine.Actor;
using Rig.Engine.Dispatch;

namespace Rig.Engine.Simulation;

/// <summary>
/// Machines, their processes and the network between them, on one thread and from one seed. The world owns time, the order in
/// which mailboxes and continuations run, the network and the disks; the actors in it are the real ones. The same seed gives the
/// same run, step by step.
/// </summary>
/// <remarks>
/// While anything can run, one of it is picked by chance and run, in no time; then the clock jumps to what comes next.
/// docs/design/simulation.md.
/// </remarks>
internal sealed class SimulatedWorld
{
    /// <summary>Steps at one instant after which a run counts as stuck in a loop.</summary>
    private const int MaxStepsAtOnce = 1_000_000;

    private readonly Random _chance;
    private readonly TimerQueue _timeline = new();
    private readonly List<Runnable> _ready = [];
    private readonly List<SimulatedMachine> _machines = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private volatile string? _escaped;
    private int _processes;
    private int _stepsAtOnce;

    /// <param name="seed">Of every choice that the world makes.</param>
    /// <param name="start">True time at the beginning.</param>
    public SimulatedWorld(int seed, DateTimeOffset? start = null)
    {
        Seed = seed;
        Start = start ?? new DateTimeOffset(2026, 6, 6, 10, 0, 0, TimeSpan.Zero);
        _chance = new Random(seed);
        Trace = new Trace(this);
        Network = new SimulatedNetwork(this);
    }

    public int Seed { get; }

    public DateTimeOffset Start { get; }

    public Trace Trace { get; }

    public SimulatedNetwork Network { get; }

    public IReadOnlyList<SimulatedMachine> Machines => _machines;

    /// <summary>True time since the start.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(NowTicks);

    /// <summary>True time, which no machine's clock knows exactly.</summary>
    public DateTimeOffset Now => Start + Elapsed;

    public long Steps { get; private set; }

    internal long NowTicks { get; private set; }

    public SimulatedMachine AddMachine(string name)
    {
        var machine = new SimulatedMachine(this, name);
        _machines.Add(machine);
        return machine;
    }

    /// <summary>A number from 0 up to but not including <paramref name="below"/>.</summary>
    public int Pick(int below) => _chance.Next(below);

    public T Pick<T>(IReadOnlyList<T> among) => among[_chance.Next(among.Count)];

    public bool Happens(double probability) => probability > 0 && _chance.NextDouble() < probability;

    /// <summary>Evenly spread.</summary>
    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + TimeSpan.FromTicks((long)(_chance.NextDouble() * (most - least).Ticks));

    /// <summary>From -1 to 1, mostly near 0.</summary>
    public double Noise() => (_chance.NextDouble() + _chance.NextDouble() + _chance.NextDouble() - 1.5) / 1.5;

    /// <summary>Runs it when the time has come, whatever the machines do: faults, people, the network.</summary>
    public void At(TimeSpan elapsed, Action action) => _timeline.Add(new WorldEvent(action), Math.Max(elapsed.Ticks, NowTicks));

    public void After(TimeSpan delay, Action action) => At(Elapsed + delay, action);

    public void RunFor(TimeSpan duration) => RunUntil(Elapsed + duration);

    /// <summary>Runs until that time, or earlier until <paramref name="done"/> says so, which is asked after every instant.</summary>
    /// <returns>Whether it said so; true without one.</returns>
    public bool RunUntil(TimeSpan elapsed, Func<bool>? done = null)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            while (true)
            {
                RunReady();
                if (done?.Invoke() == true)
                    return true;
                if (_timeline.Next is not { } next || next.DueTicks > elapsed.Ticks)
                    break;
                _stepsAtOnce = 0;
                NowTicks = next.DueTicks;
                // All that happens at one instant comes before what it causes, so that chance orders the consequences.
                while (_timeline.TakeDue(NowTicks) is { } due)
                    due.Run();
            }

            NowTicks = Math.Max(NowTicks, elapsed.Ticks);
            return done is null;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>Runs what the machines have to do at this instant, without letting time pass.</summary>
    public void Settle() => RunUntil(Elapsed, static () => true);

    internal Random NewRandom() => new(_chance.Next());

    internal int NextProcessId() => ++_processes;

    internal void Schedule(TimerQueue.Entry entry, long dueTicks) => _timeline.Add(entry, Math.Max(dueTicks, NowTicks));

    internal void Cancel(TimerQueue.Entry entry) => _timeline.Remove(entry);

    internal void Enqueue(in Runnable runnable)
    {
        // Whatever comes from another thread comes at a time that no seed decides.
        if (Environment.CurrentManagedThreadId == _thread)
            _ready.Add(runnable);
        else
            _escaped ??= $"Work for {runnable} comes from a thread outside the simulation:{Environment.NewLine}{Environment.StackTrace}";
    }

    /// <summary>Takes out what waits to run for one process, in the order in which it came.</summary>
    internal List<Runnable> TakeRunnables(SimulatedProcess process)
    {
        var taken = _ready.Where(runnable => runnable.Process == process).ToList();
        _ready.RemoveAll(runnable => runnable.Process == process);
        return taken;
    }

    private void RunReady()
    {
        while (_ready.Count > 0)
        {
            if (_escaped is { } escaped)
                throw new InvalidOperationException(escaped);
            if (++_stepsAtOnce > MaxStepsAtOnce)
                throw new InvalidOperationException($"More than {MaxStepsAtOnce} steps at {Elapsed}: something goes round in a circle ({_ready[0]}).");
            var place = _ready.Count == 1 ? 0 : _chance.Next(_ready.Count);
            var runnable = _ready[place];
            _ready[place] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
            Steps++;
            Trace.Step(runnable, _ready.Count);
            runnable.Process.Execute(runnable);
        }
    }

    private sealed class WorldEvent(Action action) : TimerQueue.Entry
    {
        public override void Run() => action();
    }
}

/// <summary>A piece of work that a process could do next.</summary>
/// <param name="Work">A mailbox, a task of the process's scheduler, or an action that takes <paramref name="State"/>.</param>
internal readonly record struct Runnable(SimulatedProcess Process, object Work, object? State)
{
    public int Kind => Work switch
    {
        Mailbox => 1,
        Task => 2,
        _ => 3,
    };

    public override string ToString() => $"{Process.Machine.Name}: {(Work is ActorCell cell ? cell.Self.Path : Work)}";
}
