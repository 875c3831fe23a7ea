namespace Rig.Simulation.World.Network;

/// <summary>
/// The network between machines. Connections behave as TCP's: bytes arrive in order or not at all, loss shows as delay, a cut holds
/// back what is sent until it is healed, a dead process is told by its operating system, a dead machine by nobody.
/// </summary>
internal sealed class SimulatedNetwork(SimulatedWorld world)
{
    private readonly Dictionary<(string From, string To), Link> _links = [];
    private readonly List<SimulatedAssociation> _connections = [];

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

    /// <summary>Whether a port takes a connection from a process within a time: asked again while nobody answers, refused where nobody listens.</summary>
    public Task<bool> ConnectsAsync(SimulatedProcess from, string host, int port, TimeSpan within)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var called = Find(host);
        world.After(within, () => answer.TrySetResult(false));
        if (called is not null)
        {
            Ask();
        }

        return answer.Task;

        void Ask()
        {
            if (answer.Task.IsCompleted || !from.IsAlive)
            {
                return;
            }

            var (there, back) = (Between(from.Machine, called), Between(called, from.Machine));
            if (!called.IsPowered || there.Loses() || back.Loses())
            {
                world.After(TimeSpan.FromSeconds(1), Ask);
                return;
            }

            world.After(TimeSpan.FromTicks(there.DelayTicks(0) + back.DelayTicks(0)), () => answer.TrySetResult(called.ListenerOn(port) is not null));
        }
    }

    internal SimulatedMachine? Find(string host) => world.Machines.FirstOrDefault(machine => machine.Name == host);

    internal void Opened(SimulatedAssociation end) => _connections.Add(end);

    internal void Closed(SimulatedAssociation end) => _connections.Remove(end);

    /// <summary>A process was killed: its operating system closes what it had open.</summary>
    internal void CloseAll(SimulatedProcess process)
    {
        foreach (var end in _connections.Where(end => end.Process == process).ToList())
            end.CloseForDeadProcess(tellPeer: true);
    }

    /// <summary>A system's transport was shut down.</summary>
    internal void CloseAll(SimulatedTransport transport)
    {
        foreach (var end in _connections.Where(end => end.Transport == transport).ToList())
            end.End();
    }

    /// <summary>A machine lost power: nobody is told.</summary>
    internal void ForgetAll(SimulatedProcess process)
    {
        foreach (var end in _connections.Where(end => end.Process == process).ToList())
            end.CloseForDeadProcess(tellPeer: false);
    }
}
