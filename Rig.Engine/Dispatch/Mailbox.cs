using System.Runtime.CompilerServices;
using Rig.Engine.Actor;
using Rig.Engine.Dispatch.SysMsg;

namespace Rig.Engine.Dispatch;

/// <summary>The end of the mailbox that senders write to.</summary>
internal abstract class MailboxInlet
{
    // Last node of the queue: a Vyukov multi-producer single-consumer list.
    private protected MessageNode Head = new();

    // Newest first; reversed when drained.
    private protected SystemMessage? SystemHead;

    // 0 idle, 1 queued at the dispatcher or running.
    private protected int Scheduled;
}

/// <summary>Keeps what senders write and what the receiver writes off one cache line.</summary>
internal abstract class MailboxPadding : MailboxInlet
{
    // Never read: only their size matters.
#pragma warning disable CS0169, IDE0051
    private readonly long _pad0, _pad1, _pad2;
#pragma warning restore CS0169, IDE0051
}

/// <summary>
/// One queue of user messages (lock-free, many senders, one receiver) and one of system messages. A tell costs one
/// interlocked exchange. The mailbox is itself the work item that the dispatcher runs: at most one thread runs it at a time.
/// </summary>
internal abstract class Mailbox : MailboxPadding, IThreadPoolWorkItem
{
    private readonly MessageDispatcher _dispatcher;

    // First node of the queue, already consumed; its successors wait.
    private MessageNode _tail;

    // Messages put back by Unstash; taken before the queue. Null while nothing is put back.
    private MessageNode? _front;

    // User messages wait while above zero.
    private int _suspensions;

    // Null for a mailbox without a limit.
    private MailboxBound? _bound;

    private protected Mailbox(MessageDispatcher dispatcher)
    {
        _dispatcher = dispatcher;
        _tail = Head;
    }

    /// <summary>Whether the cell is gone: what still arrives goes to dead letters.</summary>
    public bool IsClosed { get; private set; }

    public MessageDispatcher Dispatcher => _dispatcher;

    /// <summary>Set from any thread once the actor was told to stop.</summary>
    internal volatile bool StopRequested;

    internal MailboxBound? Bound => _bound;

    /// <summary>Approximate from other threads.</summary>
    internal bool HasUserMessages => _front is not null || !ReferenceEquals(Volatile.Read(ref Head), _tail);

    internal bool IsSuspended => _suspensions > 0;

    /// <summary>What anyone outside tells; a full bounded mailbox turns it into a dead letter.</summary>
    public void PostUser(object message, IActorRef? sender)
    {
        if (_bound is null)
            Post(message, sender);
        else if (_bound.TryEnter())
            Post(message, sender);
        else
            OnDeadLetter(message, sender);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void Post(object message, IActorRef? sender)
    {
        var node = MessageNodePool.Rent(message, sender);
        var previous = Interlocked.Exchange(ref Head, node);
        Volatile.Write(ref previous.Next, node);
        if (Volatile.Read(ref Scheduled) == 0)
            Schedule();
    }

    public void PostSystem(SystemMessage message)
    {
        var head = Volatile.Read(ref SystemHead);
        while (true)
        {
            message.Next = head;
            var seen = Interlocked.CompareExchange(ref SystemHead, message, head);
            if (ReferenceEquals(seen, head))
                break;
            head = seen;
        }

        if (Volatile.Read(ref Scheduled) == 0)
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
                if (Volatile.Read(ref SystemHead) is not null)
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
        Interlocked.Exchange(ref Scheduled, 0);
        if (HasWork() && Interlocked.CompareExchange(ref Scheduled, 1, 0) == 0)
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
        MessageNode? first = null;
        MessageNode? last = null;
        foreach (var envelope in envelopes)
        {
            var node = MessageNodePool.Rent(envelope.Message, envelope.Sender);
            if (last is null)
                first = node;
            else
                last.Next = node;
            last = node;
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
        if (Interlocked.CompareExchange(ref Scheduled, 1, 0) == 0)
            _dispatcher.Dispatch(this);
    }

    private bool HasWork() =>
        Volatile.Read(ref SystemHead) is not null || ((_suspensions == 0 || IsClosed) && HasUserMessages);

    private bool TryTake(out object message, out IActorRef? sender)
    {
        if (_front is { } front)
        {
            _front = front.Next;
            message = front.Message!;
            sender = front.Sender;
            MessageNodePool.Return(front);
            return true;
        }

        var tail = _tail;
        var next = Volatile.Read(ref tail.Next);
        if (next is null)
        {
            message = null!;
            sender = null;
            if (ReferenceEquals(Volatile.Read(ref Head), tail))
                return false;
            // A sender has taken its place and is about to link it.
            var spin = default(SpinWait);
            while ((next = Volatile.Read(ref tail.Next)) is null)
                spin.SpinOnce();
        }

        message = next.Message!;
        sender = next.Sender;
        next.Message = null;
        next.Sender = null;
        _tail = next;
        _bound?.Leave();
        MessageNodePool.Return(tail);
        return true;
    }

    private void ProcessSystemMessages()
    {
        while (Interlocked.Exchange(ref SystemHead, null) is { } newest)
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
}
