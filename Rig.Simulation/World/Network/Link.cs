namespace Rig.Simulation.World.Network;

/// <summary>One direction between two machines.</summary>
internal sealed class Link
{
    /// <summary>Least time until TCP sends again (Linux's TCP_RTO_MIN).</summary>
    internal static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);

    private static readonly LinkConditions Local = new() { Latency = TimeSpan.FromMicroseconds(20), Jitter = TimeSpan.FromMicroseconds(20) };
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(2);

    private readonly SimulatedNetwork _network;
    private readonly bool _isLocal;
    private readonly List<Flow> _held = [];
    private long _busyUntilTicks;
    private long _cutSinceTicks;

    internal Link(SimulatedNetwork network, bool isLocal) => (_network, _isLocal) = (network, isLocal);

    /// <summary>Null for the network's.</summary>
    public LinkConditions? Conditions { get; set; }

    public bool IsCut { get; private set; }

    private LinkConditions Effective => _isLocal ? Local : Conditions ?? _network.Conditions;

    public void Cut()
    {
        if (IsCut || _isLocal)
            return;
        IsCut = true;
        _cutSinceTicks = _network.World.NowTicks;
    }

    public void Heal()
    {
        if (!IsCut)
            return;
        IsCut = false;
        // Retries come ever more rarely while a cut lasts, so the next may be as far away as the cut was long.
        var cutFor = TimeSpan.FromTicks(_network.World.NowTicks - _cutSinceTicks);
        var longest = cutFor < LongestRetry ? cutFor : LongestRetry;
        foreach (var flow in _held.ToList())
            _network.World.After(_network.World.Between(TimeSpan.Zero, longest), flow.Release);
        _held.Clear();
    }

    internal void Hold(Flow flow)
    {
        if (!_held.Contains(flow))
            _held.Add(flow);
    }

    /// <summary>Whether a single packet gets lost now.</summary>
    internal bool Loses() => IsCut || _network.World.Happens(Effective.Loss);

    /// <summary>Time on the way of so many bytes that are sent now, retransmissions included.</summary>
    internal long DelayTicks(int bytes)
    {
        var world = _network.World;
        var conditions = Effective;
        var delay = conditions.Latency.Ticks + world.Between(TimeSpan.Zero, conditions.Jitter).Ticks;
        for (var retry = FirstRetry.Ticks; conditions.Loss > 0 && world.Happens(conditions.Loss) && retry <= LongestRetry.Ticks; retry *= 2)
            delay += retry;
        if (conditions.BytesPerSecond > 0)
        {
            _busyUntilTicks = Math.Max(_busyUntilTicks, world.NowTicks) + (bytes * TimeSpan.TicksPerSecond / conditions.BytesPerSecond);
            delay += _busyUntilTicks - world.NowTicks;
        }

        return delay;
    }
}
