using Rig.Simulation.Platform;

namespace Rig.Simulation.World;

/// <summary>
/// Makes actor systems. With remoting that blocks its thread until messages were handled, so it runs on a thread of its own; the two
/// take turns. That thread waits before it touches the world until the world has nothing to do, and the world lets no time pass until
/// it ends or waits.
/// </summary>
internal sealed class SystemStarts(SimulatedWorld world) : IDisposable
{
    private const int StackBytes = 1024 * 1024;

    /// <summary>After so many, a millisecond passes between two.</summary>
    private const int LooksInHaste = 10_000;
    private const int MostLooks = LooksInHaste + 30_000;

    private readonly Queue<Start> waiting = new();
    private readonly ManualResetEventSlim gate = new(false, spinCount: 0);
    private Start? current;

    /// <param name="code">Runs on the other thread.</param>
    /// <param name="then">Runs in the world once it is through; the error, or null.</param>
    public void Run(SimulatedProcess process, Action code, Action<Exception?> then) => waiting.Enqueue(new Start(process, code, then));

    public void Dispose() => gate.Dispose();

    /// <summary>Holds a caller that is the other thread until the world has nothing to do.</summary>
    public void Gate()
    {
        if (current is { } start && Thread.CurrentThread == start.Thread)
        {
            start.IsAtGate = true;
            gate.Wait();
            start.IsAtGate = false;
        }
    }

    /// <summary>Keeps what comes from the other thread until it ends or waits.</summary>
    public bool Takes(in Runnable runnable)
    {
        if (current is not { } start || Thread.CurrentThread != start.Thread)
        {
            return false;
        }

        lock (start.Work)
        {
            start.Work.Add(runnable);
        }

        return true;
    }

    /// <summary>Called when the world has nothing to do at this instant.</summary>
    /// <returns>Whether it has now.</returns>
    public bool GoOn()
    {
        if (current is null && !Next())
        {
            return false;
        }

        var start = current!;
        gate.Set();
        for (var looks = 0; ; looks++)
        {
            if (start.Thread.Join(looks < LooksInHaste ? 0 : 1))
            {
                current = null;
                Take(start);
                start.Then(start.Error);
                break;
            }

            // Woken, and not yet on its way, it still looks as if it waited; then it has left no work since.
            if (!start.IsAtGate && (start.Thread.ThreadState & ThreadState.WaitSleepJoin) != 0 && (Take(start) || ThreadPool.PendingWorkItemCount > 0))
            {
                break;
            }

            if (looks == MostLooks)
            {
                throw new InvalidOperationException($"A system on {start.Process.Machine} waits while it is made, and nothing that it waits for is under way.");
            }

            Thread.Yield();
        }

        gate.Reset();
        return true;
    }

    private bool Next()
    {
        while (waiting.TryDequeue(out var start))
        {
            if (!start.Process.IsAlive)
            {
                continue;
            }

            current = start;
            var chance = world.NewRandom();
            start.Thread = new Thread(
                () =>
                {
                    AkkaStatics.Use(chance);
                    try
                    {
                        start.Code();
                    }
                    catch (Exception e)
                    {
                        start.Error = e;
                    }
                },
                StackBytes)
            {
                IsBackground = true,
            };
            start.Thread.Start();
            return true;
        }

        return false;
    }

    private static bool Take(Start start)
    {
        lock (start.Work)
        {
            if (start.Work.Count == 0)
            {
                return false;
            }

            foreach (var runnable in start.Work)
            {
                runnable.Process.Enqueue(runnable.Work);
            }

            start.Work.Clear();
            return true;
        }
    }

    private sealed class Start(SimulatedProcess process, Action code, Action<Exception?> then)
    {
        public SimulatedProcess Process => process;

        public Action Code => code;

        public Action<Exception?> Then => then;

        public List<Runnable> Work { get; } = [];

        public Thread Thread { get; set; } = null!;

        public Exception? Error { get; set; }

        public volatile bool IsAtGate;
    }
}
