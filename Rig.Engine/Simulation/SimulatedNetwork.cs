namespace Rig.Engine.Simulation;

/// <summary>
/// The network between machines. Connections behave as TCP's: bytes arrive in order or not at all, loss shows as delay, a cut holds
/// back what is sent until it is healed, a dead process is told by its operating system, a dead machine by nobody.
/// </summary>
internal sealed class SimulatedNetwork(SimulatedWorld world)
{
    private readonly Dictionary<(string From, string To), Link> _links = [];
    private readonly List<SimulatedConnection> _connections = [];

    public SimulatedWorld World => world;

    /// <summary>Of links that have none of their own.</summary>
    public LinkConditions Conditions { get; set; } = new();

    /// <summary>Open ends of connections.</summary>
    public int OpenEnds => _connections.Count;

    /// <summary>One direction between two machines; its conditions may be set apart from the others'.</summary>
    public Link Between(SimulatedMachine from, SimulatedMachine to)
    {
        if (!_links.TryGetValue((from.Name, to.Name), out var link))
            _links.Add((from.Name, to.Name), link = new Link(this, isLocal: from == to));
        return link;
    }

    /// <summary>Nothing passes from the one to the other, in that direction only.</summary>
    public void CutOneWay(SimulatedMachine from, SimulatedMachine to)
    {
        world.Trace.Note(from, $"is not heard by {to} any more");
        Between(from, to).Cut();
    }

    /// <summary>Nothing passes between the two sides.</summary>
    public void Partition(IReadOnlyCollection<SimulatedMachine> left, IReadOnlyCollection<SimulatedMachine> right)
    {
        world.Trace.Note(null, $"the network is cut: {string.Join(' ', left)} | {string.Join(' ', right)}");
        foreach (var one in left)
        {
            foreach (var other in right)
            {
                Between(one, other).Cut();
                Between(other, one).Cut();
            }
        }
    }

    /// <summary>Takes every cut back; what was held back arrives as retransmission allows.</summary>
    public void Heal()
    {
        world.Trace.Note(null, "the network is whole again");
        foreach (var link in _links.Values)
            link.Heal();
    }

    /// <summary>Resets every connection between two machines, as a switch does that forgets its state; all may be made again at once.</summary>
    public void BreakConnections(SimulatedMachine one, SimulatedMachine other)
    {
        world.Trace.Note(one, $"loses its connections with {other}");
        foreach (var end in _connections.Where(end => end.Machine == one && end.PeerMachine == other).ToList())
            end.BreakBoth();
    }

    internal SimulatedMachine? Find(string host) => world.Machines.FirstOrDefault(machine => machine.Name == host);

    internal void Opened(SimulatedConnection end) => _connections.Add(end);

    internal void Closed(SimulatedConnection end) => _connections.Remove(end);

    /// <summary>A process was killed: its operating system closes what it had open.</summary>
    internal void CloseAll(SimulatedProcess process)
    {
        foreach (var end in _connections.Where(end => end.Process == process).ToList())
            end.CloseForDeadProcess(tellPeer: true);
    }

    /// <summary>A machine lost power: nobody is told.</summary>
    internal void ForgetAll(SimulatedProcess process)
    {
        foreach (var end in _connections.Where(end => end.Process == process).ToList())
            end.CloseForDeadProcess(tellPeer: false);
    }
}

/// <summary>How one direction of a link treats packets.</summary>
internal sealed record LinkConditions
{
    /// <summary>Shortest time on the way.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMicroseconds(200);

    /// <summary>At most this is added, by chance, to each packet.</summary>
    public TimeSpan Jitter { get; init; } = TimeSpan.FromMicroseconds(300);

    /// <summary>Share of packets that are lost; TCP sends them again after <see cref="Link.FirstRetry"/>, twice that, and so on.</summary>
    public double Loss { get; init; }

    /// <summary>0 for a link that is never full.</summary>
    public long BytesPerSecond { get; init; }
}

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
