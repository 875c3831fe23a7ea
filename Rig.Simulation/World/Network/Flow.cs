namespace Rig.Simulation.World.Network;

/// <summary>One direction of one connection: what was sent arrives in order, or is held back by a cut, or finds nobody.</summary>
internal sealed class Flow(SimulatedNetwork network, Link link, SimulatedAssociation receiver)
{
    private readonly Queue<Segment> _heldBack = new();
    private long _lastArrivalTicks;

    /// <summary>Sent and not yet arrived.</summary>
    public int BytesInFlight { get; private set; }

    public void Send(byte[] bytes)
    {
        BytesInFlight += bytes.Length;
        Schedule(new Segment(this, bytes));
    }

    /// <summary>The sender says nothing more.</summary>
    public void End() => Schedule(new Segment(this, null));

    /// <summary>The receiver is told that the connection is broken, if that message, which is sent only once, gets through.</summary>
    public void Reset()
    {
        if (!link.Loses())
            network.World.After(TimeSpan.FromTicks(link.DelayTicks(0)), receiver.Break);
    }

    public void ForgetHeldBack() => _heldBack.Clear();

    public void Release()
    {
        if (link.IsCut)
        {
            link.Hold(this);
            return;
        }

        while (_heldBack.TryDequeue(out var segment))
            Deliver(segment);
    }

    private void Schedule(Segment segment)
    {
        _lastArrivalTicks = Math.Max(_lastArrivalTicks, network.World.NowTicks + link.DelayTicks(segment.Bytes?.Length ?? 0));
        network.World.Schedule(segment, _lastArrivalTicks);
    }

    private void Arrive(Segment segment)
    {
        if (link.IsCut || _heldBack.Count > 0)
        {
            _heldBack.Enqueue(segment);
            if (link.IsCut)
                link.Hold(this);
            return;
        }

        Deliver(segment);
    }

    private void Deliver(Segment segment)
    {
        var length = segment.Bytes?.Length ?? 0;
        network.World.Trace.Mix((ulong)receiver.Process.Id);
        network.World.Trace.Bytes(segment.Bytes);
        BytesInFlight -= length;
        if (receiver.IsOpen)
        {
            if (segment.Bytes is { } bytes)
                receiver.Arrived(bytes);
            else
                receiver.PeerEnded();
        }
        else if (receiver.Machine.IsPowered && segment.Bytes is not null)
        {
            // A live machine answers bytes for a connection that it does not know with a reset.
            receiver.Outgoing.Reset();
        }

    }

    private sealed class Segment(Flow flow, byte[]? bytes) : Timeline.Entry
    {
        public byte[]? Bytes => bytes;

        public override void Run() => flow.Arrive(this);
    }
}
