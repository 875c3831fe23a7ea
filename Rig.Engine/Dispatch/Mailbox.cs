using System.Runtime.CompilerServices;
using Rig.Engine.Actor;
using Rig.Engine.Dispatch.SysMsg;

namespace Rig.Engine.Dispatch;

/// <summary>
/// One queue of user messages (many senders, one receiver) and one of system messages. A tell costs one compare-and-swap and
/// no allocation. The mailbox is itself the work item that the dispatcher runs: at most one thread runs it at a time.
/// </summary>
/// <remarks>
/// Senders of user messages write into a chunk; this object they write only to wake it or when a chunk is full. What waits lies in a
/// row. They wait for each other only while one of them, once in a chunk, fetches the next.
/// </remarks>
internal abstract class Mailbox : IThreadPoolWorkItem
{
    private readonly MessageDispatcher _dispatcher;

    // Where senders claim slots.
    private MessageChunk _inlet;

    // Where the receiver is: the chunk, its slots and the next to empty.
    private MessageChunk _outlet;
    private MessageChunk.Slot[] _slots;
    private int _next;

    // Messages put back by Unstash; taken before the queue. Null while nothing is put back.
    private Returned? _front;

    // Newest first; reversed when drained.
    private SystemMessage? _systemHead;

    // 0 idle, 1 queued at the dispatcher or running.
    private int _scheduled;

    // User messages wait while above zero.
    private int _suspensions;

    // Null for a mailbox without a limit.
    private MailboxBound? _bound;

    private protected Mailbox(MessageDispatcher dispatcher)
    {
        _dispatcher = dispatcher;
        _inlet = _outlet = MessageChunk.Create(MessageChunk.FirstLength);
        _slots = _outlet.Slots;
    }

    /// <summary>Whether the cell is gone: what still arrives goes to dead letters.</summary>
    public bool IsClosed { get; private set; }

    public MessageDispatcher Dispatcher => _dispatcher;

    /// <summary>Set from any thread once the actor was told to stop.</summary>
    internal volatile bool StopRequested;

    internal MailboxBound? Bound => _bound;

    /// <summary>Approximate from other threads.</summary>
    internal bool HasUserMessages => _front is not null || _outlet.Claimed > _next;

    internal bool IsSuspended => _suspensions > 0;

    /// <summary>What anyone outside tells; a full bounded mailbox turns it into a dead letter.</summary>
    public void PostUser(object message, IActorRef? sender)
    {
        if (_bound is { } bound && !bound.TryEnter())
            OnDeadLetter(message, sender);
        else
            Post(message, sender);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void Post(object message, IActorRef? sender)
    {
        var wait = default(SpinWait);
        while (true)
        {
            var chunk = Volatile.Read(ref _inlet);
            var claims = Volatile.Read(ref chunk.Claims);
            var place = (int)claims;
            if (place == chunk.Slots.Length)
            {
                // Whoever claimed the last slot is fetching the next chunk.
                wait.SpinOnce(sleep1Threshold: -1);
                continue;
            }

            // Still this mailbox's, so the claims were read in a life that serves it, or the exchange fails.
            if (!ReferenceEquals(Volatile.Read(ref _inlet), chunk) || Interlocked.CompareExchange(ref chunk.Claims, claims + 1, claims) != claims)
                continue;
            if (place == chunk.Slots.Length - 1)
                Extend(chunk);
            ref var slot = ref chunk.Slots[place];
            slot.Sender = sender;
            Volatile.Write(ref slot.Message, message);
            break;
        }

        if (Volatile.Read(ref _scheduled) == 0)
            Schedule();
    }

    public void PostSystem(SystemMessage message)
    {
        var head = Volatile.Read(ref _systemHead);
        while (true)
        {
            message.Next = head;
            var seen = Interlocked.CompareExchange(ref _systemHead, message, head);
            if (ReferenceEquals(seen, head))
                break;
            head = seen;
        }

        if (Volatile.Read(ref _scheduled) == 0)
            Schedule();
    }

    /// <summary>One turn: all system messages, then up to the dispatcher's throughput of user messages.</summary>
    void IThreadPoolWorkItem.Execute() => RunTurn();

    internal void RunTurn()
    {
        EnterTurn();
        try
        {
            ProcessSystemMessages();
            var left = _dispatcher.Throughput;
            while (left > 0 && _suspensions == 0 && !IsClosed && TryTake(out var message, out var sender))
            {
                Invoke(message, sender);
                left--;
                if (Volatile.Read(ref _systemHead) is not null)
                    ProcessSystemMessages();
            }

            if (IsClosed)
                DrainToDeadLetters();
        }
        finally
        {
            LeaveTurn();
        }

        // The exchange orders the release before the look for work; a sender's exchange orders the other way round.
        Interlocked.Exchange(ref _scheduled, 0);
        if (HasWork() && Interlocked.CompareExchange(ref _scheduled, 1, 0) == 0)
            _dispatcher.Continue(this);
    }

    /// <summary>Limits the mailbox; before the first message only.</summary>
    internal void LimitTo(MailboxBound? bound) => _bound = bound;

    internal void SuspendUser() => _suspensions++;

    internal void ResumeUser()
    {
        if (_suspensions > 0)
            _suspensions--;
    }

    internal void ResetSuspensions() => _suspensions = 0;

    /// <summary>Puts messages before all others, in the order given. Only from within a turn.</summary>
    internal void Prepend(IEnumerable<Envelope> envelopes)
    {
        Returned? first = null;
        Returned? last = null;
        foreach (var envelope in envelopes)
        {
            var returned = new Returned(envelope);
            if (last is null)
                first = returned;
            else
                last.Next = returned;
            last = returned;
        }

        if (last is null)
            return;
        last.Next = _front;
        _front = first;
    }

    /// <summary>From now on user and system messages are handed to the dead-letter methods. Only from within a turn.</summary>
    internal void Close() => IsClosed = true;

    private protected abstract void EnterTurn();

    private protected abstract void LeaveTurn();

    private protected abstract void Invoke(object message, IActorRef? sender);

    private protected abstract void InvokeSystem(SystemMessage message);

    private protected abstract void OnDeadLetter(object message, IActorRef? sender);

    private protected abstract void OnDeadSystemMessage(SystemMessage message);

    private protected void Schedule()
    {
        if (Interlocked.CompareExchange(ref _scheduled, 1, 0) == 0)
            _dispatcher.Dispatch(this);
    }

    private bool HasWork() =>
        Volatile.Read(ref _systemHead) is not null || ((_suspensions == 0 || IsClosed) && HasUserMessages);

    private bool TryTake(out object message, out IActorRef? sender)
    {
        if (_front is { } front)
        {
            _front = front.Next;
            message = front.Envelope.Message;
            sender = front.Envelope.Sender;
            return true;
        }

        ref var slot = ref _slots[_next];
        if (Volatile.Read(ref slot.Message) is { } told)
        {
            message = told;
        }
        else if (_outlet.Claimed <= _next)
        {
            message = null!;
            sender = null;
            return false;
        }
        else
        {
            // A sender has claimed it and is about to fill it.
            var wait = default(SpinWait);
            while ((message = Volatile.Read(ref slot.Message)!) is null)
                wait.SpinOnce();
        }

        sender = slot.Sender;
        slot = default;
        if (++_next == _slots.Length)
            Advance();
        _bound?.Leave();
        return true;
    }

    /// <summary>Puts a chunk behind a full one. The caller has claimed its last slot and not filled it, so it is not given back meanwhile.</summary>
    private void Extend(MessageChunk full)
    {
        var next = MessageChunkPool.Rent();
        Volatile.Write(ref full.Next, next);
        Volatile.Write(ref _inlet, next);
    }

    private void Advance()
    {
        var empty = _outlet;
        _outlet = Volatile.Read(ref empty.Next)!;
        _slots = _outlet.Slots;
        _next = 0;
        MessageChunkPool.Return(empty);
    }

    private void ProcessSystemMessages()
    {
        while (Interlocked.Exchange(ref _systemHead, null) is { } newest)
        {
            SystemMessage? oldest = null;
            while (newest is not null)
            {
                var next = newest.Next;
                newest.Next = oldest;
                oldest = newest;
                newest = next;
            }

            while (oldest is not null)
            {
                var next = oldest.Next;
                oldest.Next = null;
                if (IsClosed)
                    OnDeadSystemMessage(oldest);
                else
                    InvokeSystem(oldest);
                oldest = next;
            }
        }
    }

    private void DrainToDeadLetters()
    {
        while (TryTake(out var message, out var sender))
            OnDeadLetter(message, sender);
        ProcessSystemMessages();
    }

    private sealed class Returned(Envelope envelope)
    {
        public readonly Envelope Envelope = envelope;
        public Returned? Next;
    }
}
