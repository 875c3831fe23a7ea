namespace Rig.Simulation.World;

/// <summary>
/// A machine's clock: a crystal that runs a little fast or slow, and a wall clock that may be wrong, stepped, and read with noise.
/// </summary>
internal sealed class SimulatedClock
{
    private const long Billion = 1_000_000_000;

    private readonly SimulatedWorld _world;
    private long _baseWorldTicks;
    private long _baseLocalTicks;
    private long _driftPpb;
    private long _wallOffsetTicks;
    private long _lastReadTicks = long.MinValue;

    internal SimulatedClock(SimulatedWorld world) => _world = world;

    /// <summary>How much faster than true time, in parts per million. Changes from now on.</summary>
    public double DriftPpm
    {
        get => _driftPpb / 1000.0;
        set
        {
            (_baseLocalTicks, _baseWorldTicks) = (MonotonicTicks, _world.NowTicks);
            _driftPpb = (long)(value * 1000);
        }
    }

    /// <summary>How far a reading of the wall clock may be off its own time, at most. It never makes the clock seem to go back.</summary>
    public TimeSpan Noise { get; set; }

    /// <summary>Wall clock minus true time.</summary>
    public TimeSpan Error => TimeSpan.FromTicks(_wallOffsetTicks + MonotonicTicks - _world.NowTicks);

    /// <summary>Ticks of 100 ns that never go back.</summary>
    internal long MonotonicTicks => LocalAt(_world.NowTicks);

    /// <summary>Steps the wall clock, as a person or an NTP daemon does; timers do not notice.</summary>
    public void Step(TimeSpan by)
    {
        _world.Trace.Note(null, $"a clock is stepped by {by.TotalMilliseconds} ms");
        _wallOffsetTicks += by.Ticks;
        _lastReadTicks = long.MinValue;
    }

    internal DateTimeOffset UtcNow()
    {
        var noise = Noise == TimeSpan.Zero ? 0 : (long)(_world.Noise() * Noise.Ticks);
        _lastReadTicks = Math.Max(_lastReadTicks, _wallOffsetTicks + MonotonicTicks + noise);
        return _world.Start.AddTicks(_lastReadTicks);
    }

    /// <summary>True time at which the monotonic clock reads that, or a tick later.</summary>
    internal long WorldTicksAt(long localTicks)
    {
        var local = localTicks - _baseLocalTicks;
        var world = _baseWorldTicks + (long)((Int128)local * Billion / (Billion + _driftPpb));
        while (LocalAt(world) < localTicks)
            world++;
        return world;
    }

    private long LocalAt(long worldTicks)
    {
        var passed = worldTicks - _baseWorldTicks;
        return _baseLocalTicks + passed + (long)((Int128)passed * _driftPpb / Billion);
    }
}
