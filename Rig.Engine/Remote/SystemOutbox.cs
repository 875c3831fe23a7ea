namespace Rig.Engine.Remote;

/// <summary>
/// The sending half of reliable, ordered delivery: numbers messages from 1, keeps them until acknowledged, hands them out again after a reconnect.
/// Belongs to one incarnation of the peer.
/// </summary>
internal sealed class SystemOutbox<T>(int capacity)
{
    private readonly Queue<(long Sequence, T Message)> _unacknowledged = new();
    private long _lastSequence;
    private long _lastSent;

    public int Count => _unacknowledged.Count;

    /// <summary>False when the buffer is full: the peer has not acknowledged for so long that it must be given up.</summary>
    public bool TryAdd(T message)
    {
        if (_unacknowledged.Count >= capacity)
            return false;
        _unacknowledged.Enqueue((++_lastSequence, message));
        return true;
    }

    /// <summary>Forgets everything up to and including <paramref name="sequence"/>. False if that was never sent, a fault of the peer.</summary>
    public bool Acknowledge(long sequence)
    {
        if (sequence > _lastSent)
            return false;
        while (_unacknowledged.TryPeek(out var oldest) && oldest.Sequence <= sequence)
            _unacknowledged.Dequeue();
        return true;
    }

    /// <summary>What was not yet handed out on this connection, in order.</summary>
    public List<(long Sequence, T Message)> TakeUnsent()
    {
        var unsent = _unacknowledged.Where(entry => entry.Sequence > _lastSent).ToList();
        if (unsent.Count > 0)
            _lastSent = unsent[^1].Sequence;
        return unsent;
    }

    public bool HasUnsent => _unacknowledged.Count > 0 && _lastSequence > _lastSent;

    /// <summary>A new connection: everything unacknowledged is to be sent again.</summary>
    public void Rewind() => _lastSent = _unacknowledged.TryPeek(out var oldest) ? oldest.Sequence - 1 : _lastSequence;

    /// <summary>The peer is another incarnation, or given up: returns what will never arrive and counts from 1 again.</summary>
    public List<T> Reset()
    {
        var lost = _unacknowledged.Select(entry => entry.Message).ToList();
        _unacknowledged.Clear();
        _lastSequence = _lastSent = 0;
        return lost;
    }
}

/// <summary>The receiving half: delivers each number once and in order, across reconnects.</summary>
internal sealed class SystemInbox
{
    /// <summary>The last number delivered, which is what is acknowledged.</summary>
    public long Delivered { get; private set; }

    /// <summary>True if the message is the next one; false for a repetition.</summary>
    /// <exception cref="Wire.WireFormatException">A number was skipped; the connection must be dropped, and the sender then repeats.</exception>
    public bool Accept(long sequence)
    {
        if (sequence <= Delivered)
            return false;
        if (sequence != Delivered + 1)
            throw new Wire.WireFormatException($"System message {sequence} follows {Delivered}.");
        Delivered = sequence;
        return true;
    }
}
