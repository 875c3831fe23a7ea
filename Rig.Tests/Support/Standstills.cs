using Rig.CameraNode.Native;

namespace Rig.Tests.Support;

/// <summary>
/// Notes when this process stood still: a virtual machine that its host stops, a machine that has other work. A promise about time
/// is not asked for of such a while.
/// </summary>
internal sealed class Standstills : IDisposable
{
    private const int TickMs = 5;
    // What is shorter, any promise about time has to bear.
    private const long LateNs = 200_000_000;

    private readonly Lock gate = new();
    private readonly List<(long FromNs, long ToNs)> found = [];
    private readonly ManualResetEventSlim stop = new();
    private readonly Thread ticking;
    private long lastNs = MonotonicClock.NowNs;

    public Standstills()
    {
        ticking = new Thread(Tick) { IsBackground = true, Name = "standstills" };
        ticking.Start();
    }

    /// <summary>How much of a stretch of CLOCK_MONOTONIC that is over this process stood still.</summary>
    public long NsWithin(long fromNs, long toNs)
    {
        lock (gate)
        {
            // After a standstill, the caller may run before the ticks do.
            Note();
            return found.Sum(still => Math.Max(0, Math.Min(still.ToNs, toNs) - Math.Max(still.FromNs, fromNs)));
        }
    }

    public void Dispose()
    {
        stop.Set();
        ticking.Join();
        stop.Dispose();
    }

    private void Tick()
    {
        while (!stop.Wait(TickMs))
        {
            lock (gate)
            {
                Note();
            }
        }
    }

    private void Note()
    {
        var now = MonotonicClock.NowNs;
        if (now - lastNs > LateNs)
        {
            found.Add((lastNs, now));
        }

        lastNs = now;
    }
}
