using System.IO.Pipelines;
using Rig.Engine.Dispatch;
using Rig.Engine.Remote.Transport;

namespace Rig.Engine.Simulation;

/// <summary>One end of a connection.</summary>
internal sealed class SimulatedConnection : ITransportConnection
{
    /// <summary>What the two operating systems take in before the sender has to wait.</summary>
    private const int MaxBytesInFlight = 512 * 1024;

    private readonly SimulatedNetwork _network;
    private readonly Pipe _incoming;
    private readonly SimulatedConnection _peer;
    private TaskCompletionSource? _waitingForRoom;
    private IOException? _broken;

    private SimulatedConnection(SimulatedNetwork network, SimulatedProcess process, SimulatedConnection? peer, SimulatedProcess peerProcess)
    {
        _network = network;
        Process = process;
        _incoming = new Pipe(new PipeOptions(
            readerScheduler: process.PipeScheduler, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false));
        Output = new FlowWriter(this);
        _peer = peer ?? new SimulatedConnection(network, peerProcess, this, process);
        Outgoing = new Flow(network, network.Between(process.Machine, peerProcess.Machine), this, _peer);
        network.Opened(this);
    }

    public SimulatedProcess Process { get; }

    public SimulatedMachine Machine => Process.Machine;

    public SimulatedMachine PeerMachine => _peer.Machine;

    public string Peer => PeerMachine.Name;

    public PipeReader Input => _incoming.Reader;

    public PipeWriter Output { get; }

    internal Flow Outgoing { get; }

    internal bool IsOpen { get; private set; } = true;

    public static (SimulatedConnection Near, SimulatedConnection Far) Pair(SimulatedNetwork network, SimulatedProcess near, SimulatedProcess far)
    {
        var connection = new SimulatedConnection(network, near, null, far);
        return (connection, connection._peer);
    }

    public ValueTask DisposeAsync()
    {
        Abandon();
        return ValueTask.CompletedTask;
    }

    internal void Abandon()
    {
        if (Close(new IOException("This end closed the connection.")))
            Outgoing.End();
    }

    internal void BreakBoth()
    {
        Break();
        _peer.Break();
    }

    /// <summary>The connection was reset from outside.</summary>
    internal void Break() => Close(new IOException($"The connection with {Peer} was reset."));

    internal void CloseForDeadProcess(bool tellPeer)
    {
        IsOpen = false;
        _network.Closed(this);
        if (tellPeer)
            Outgoing.End();
        else
            Outgoing.ForgetHeldBack();
    }

    internal void Arrived(byte[] bytes)
    {
        bytes.CopyTo(_incoming.Writer.GetSpan(bytes.Length));
        _incoming.Writer.Advance(bytes.Length);
        Flush();
    }

    internal void PeerEnded() => _incoming.Writer.Complete();

    internal void HasRoom()
    {
        if (Outgoing.BytesInFlight < MaxBytesInFlight)
            Interlocked.Exchange(ref _waitingForRoom, null)?.TrySetResult();
    }

    private bool Close(IOException cause)
    {
        if (!IsOpen)
            return false;
        IsOpen = false;
        _broken = cause;
        _network.Closed(this);
        _incoming.Writer.Complete(cause);
        Interlocked.Exchange(ref _waitingForRoom, null)?.TrySetException(cause);
        return true;
    }

    // Without a threshold the pipe takes everything at once.
    private void Flush()
    {
        var flushed = _incoming.Writer.FlushAsync();
        if (!flushed.IsCompleted)
            throw new InvalidOperationException("A pipe without a limit is full.");
    }

    private async ValueTask<FlushResult> SendAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_broken is { } broken)
            throw new IOException(broken.Message);
        if (bytes.Length > 0)
            Outgoing.Send(bytes);
        if (Outgoing.BytesInFlight >= MaxBytesInFlight)
        {
            var room = _waitingForRoom ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await room.Task.Followed().WaitAsync(cancellationToken);
        }

        return default;
    }

    /// <summary>Collects what is written, and sends it when it is flushed.</summary>
    private sealed class FlowWriter(SimulatedConnection connection) : PipeWriter
    {
        private byte[] _buffer = new byte[1024];
        private int _length;

        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => _length;

        public override void Advance(int bytes) => _length += bytes;

        public override Memory<byte> GetMemory(int sizeHint = 0)
        {
            var needed = _length + Math.Max(sizeHint, 256);
            if (needed > _buffer.Length)
                Array.Resize(ref _buffer, Math.Max(needed, _buffer.Length * 2));
            return _buffer.AsMemory(_length);
        }

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            var bytes = _buffer.AsSpan(0, _length).ToArray();
            _length = 0;
            return connection.SendAsync(bytes, cancellationToken);
        }

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
