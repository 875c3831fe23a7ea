using Akka.Remote.Transport;
using Google.Protobuf;

namespace Rig.Simulation.World.Network;

/// <summary>One end of a connection, as remoting sees it.</summary>
internal sealed class SimulatedAssociation : AssociationHandle
{
    /// <summary>What the two operating systems take in before the sender has to wait.</summary>
    private const int MaxBytesInFlight = 512 * 1024;

    private readonly SimulatedNetwork network;
    private readonly SimulatedAssociation peer;
    private readonly Queue<IHandleEvent> early = new();
    private IHandleEventListener? listener;

    private SimulatedAssociation(SimulatedTransport transport, SimulatedAssociation? peer, SimulatedTransport peerTransport)
        : base(transport.LocalAddress, peerTransport.LocalAddress)
    {
        network = transport.Process.Machine.World.Network;
        Transport = transport;
        this.peer = peer ?? new SimulatedAssociation(peerTransport, this, transport);
        Outgoing = new Flow(network, network.Between(Machine, peerTransport.Process.Machine), this.peer);
        network.Opened(this);
        ReadHandlerSource.Task.ContinueWith(
            set => Hear(set.Result), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public SimulatedTransport Transport { get; }

    public SimulatedProcess Process => Transport.Process;

    public SimulatedMachine Machine => Process.Machine;

    public SimulatedMachine PeerMachine => peer.Machine;

    internal Flow Outgoing { get; }

    internal bool IsOpen { get; private set; } = true;

    public static (SimulatedAssociation Near, SimulatedAssociation Far) Pair(SimulatedTransport near, SimulatedTransport far)
    {
        var association = new SimulatedAssociation(near, null, far);
        return (association, association.peer);
    }

    /// <returns>False while so much is under way that the sender has to wait.</returns>
    public override bool Write(ByteString payload)
    {
        if (!IsOpen || !Process.IsAlive || Outgoing.BytesInFlight >= MaxBytesInFlight)
        {
            return false;
        }

        Outgoing.Send(payload.ToByteArray());
        return true;
    }

    [Obsolete("Remoting calls it and wants others to say why.")]
    public override void Disassociate() => End();

    internal void End()
    {
        if (IsOpen && Process.IsAlive)
        {
            Close();
            Outgoing.End();
        }
    }

    internal void BreakBoth()
    {
        Break();
        peer.Break();
    }

    /// <summary>The connection was reset from outside.</summary>
    internal void Break()
    {
        if (IsOpen)
        {
            Close();
            Tell(new Disassociated(DisassociateInfo.Unknown));
        }
    }

    internal void CloseForDeadProcess(bool tellPeer)
    {
        Close();
        if (tellPeer)
        {
            Outgoing.End();
        }
        else
        {
            Outgoing.ForgetHeldBack();
        }
    }

    internal void Arrived(byte[] bytes) => Tell(new InboundPayload(ByteString.CopyFrom(bytes)));

    internal void PeerEnded() => Break();

    private void Close()
    {
        IsOpen = false;
        network.Closed(this);
    }

    private void Hear(IHandleEventListener reader)
    {
        listener = reader;
        while (early.TryDequeue(out var happened))
        {
            reader.Notify(happened);
        }
    }

    // A message to an actor: it comes at once, and is handled when the process runs.
    private void Tell(IHandleEvent happened)
    {
        if (listener is null)
        {
            early.Enqueue(happened);
        }
        else
        {
            listener.Notify(happened);
        }
    }
}
