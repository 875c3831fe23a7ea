namespace Rig.Engine.Actor;

/// <summary>Messages put aside until the actor can handle them.</summary>
public interface IStash
{
    int Count { get; }

    bool IsEmpty { get; }

    bool NonEmpty { get; }

    bool IsFull { get; }

    /// <summary>-1 for no limit.</summary>
    int Capacity { get; }

    /// <summary>Puts the message at hand aside.</summary>
    /// <exception cref="StashOverflowException">The stash is full.</exception>
    /// <exception cref="IllegalActorStateException">The message was stashed already.</exception>
    void Stash();

    /// <summary>The oldest message goes before the mailbox.</summary>
    void Unstash();

    /// <summary>All go before the mailbox, in the order they came.</summary>
    void UnstashAll();

    void UnstashAll(Func<Envelope, bool> predicate);

    IEnumerable<Envelope> ClearStash();

    void Prepend(IEnumerable<Envelope> envelopes);
}

public interface IActorStash
{
    IStash Stash { get; set; }
}

/// <summary>An actor with a stash, limited by <see cref="Props.WithStashCapacity"/> if given.</summary>
public interface IWithStash : IActorStash;

public interface IWithUnboundedStash : IActorStash;

internal sealed class StashImpl(ActorCell cell, int capacity) : IStash
{
    private LinkedList<Envelope> _stashed = [];

    public int Count => _stashed.Count;

    public bool IsEmpty => _stashed.Count == 0;

    public bool NonEmpty => _stashed.Count > 0;

    public bool IsFull => capacity >= 0 && _stashed.Count >= capacity;

    public int Capacity => capacity;

    public void Stash()
    {
        var message = cell.CurrentMessage ?? throw new IllegalActorStateException("There is no message at hand to stash.");
        if (_stashed.Last is { Value: var last } && ReferenceEquals(last.Message, message) && ReferenceEquals(last.Sender, cell.CurrentSender))
            throw new IllegalActorStateException($"Can't stash the same message {message} more than once.");
        if (IsFull)
            throw new StashOverflowException($"Couldn't enqueue message {message} from {cell.Sender} to the stash of {cell.Self}: it holds {capacity}.");
        _stashed.AddLast(new Envelope(message, cell.CurrentSender));
    }

    public void Unstash()
    {
        if (_stashed.First is not { } first)
            return;
        _stashed.RemoveFirst();
        cell.PrependStashed([first.Value]);
    }

    public void UnstashAll() => cell.PrependStashed(ClearStash());

    public void UnstashAll(Func<Envelope, bool> predicate) => cell.PrependStashed(ClearStash().Where(predicate));

    public IEnumerable<Envelope> ClearStash()
    {
        var stashed = _stashed;
        _stashed = [];
        return stashed;
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        var present = _stashed;
        _stashed = new LinkedList<Envelope>(envelopes);
        foreach (var envelope in present)
            _stashed.AddLast(envelope);
    }
}
