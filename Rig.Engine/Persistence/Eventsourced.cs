using System.Collections.Immutable;
using Rig.Engine.Actor;
using Rig.Engine.Event;

namespace Rig.Engine.Persistence;

/// <summary>
/// An actor whose state is what its events made of it. Before the first command it gets its snapshot and its events back;
/// afterwards a change is an event that the journal confirmed.
/// </summary>
/// <remarks>
/// Waiting for a permit -> snapshot -> replay -> processing &lt;-> persisting. Commands that come meanwhile are put aside and
/// handled in the order they came. docs/design/persistence.md.
/// </remarks>
public abstract partial class Eventsourced : ActorBase, IWithUnboundedStash
{
    private static int _instances;

    private readonly int _instanceId = Interlocked.Increment(ref _instances);
    private readonly string _writerGuid = Guid.NewGuid().ToString();
    private readonly StashImpl _internalStash;
    private readonly PersistenceExtension _extension;
    private readonly Queue<PendingHandler> _pending = new();
    private readonly List<IPersistentEnvelope> _batch = [];
    private IStash _stash = null!;
    private IActorRef? _journal;
    private IActorRef? _snapshotStore;
    private Action<Receive, object> _state;
    private bool _writing;
    private int _pendingStashing;
    private long _sequenceNr;
    private bool _taskRunning;

    protected Eventsourced()
    {
        _extension = Persistence.Instance.Apply(Context.System);
        _internalStash = new StashImpl(Cell, Cell.Props.Deploy.StashCapacity);
        _state = WaitingForPermit;
        Log = Context.GetLogger();
    }

    /// <summary>Names the actor's history in the journal; no two living actors may share one.</summary>
    public abstract string PersistenceId { get; }

    /// <summary>The section of the journal to use; empty for <c>akka.persistence.journal.plugin</c>.</summary>
    public string JournalPluginId { get; protected set; } = string.Empty;

    /// <summary>The section of the snapshot store to use; empty for <c>akka.persistence.snapshot-store.plugin</c>.</summary>
    public string SnapshotPluginId { get; protected set; } = string.Empty;

    /// <summary>How much of its past the actor wants back.</summary>
    public virtual Recovery Recovery => Recovery.Default;

    /// <summary>The actor's own stash; what it gives back comes before commands that wait for a write.</summary>
    public IStash Stash
    {
        get => _stash;
        set => _stash = new OuterStash(value, _internalStash);
    }

    public bool IsRecovering { get; private set; } = true;

    /// <summary>Of the last event that was replayed or confirmed; 0 before the first.</summary>
    public long LastSequenceNr { get; private set; }

    protected virtual ILoggingAdapter Log { get; }

    private IActorRef Journal => _journal ??= _extension.JournalFor(JournalPluginId);

    private IActorRef SnapshotStore => _snapshotStore ??= _extension.SnapshotStoreFor(SnapshotPluginId);

    /// <summary>
    /// Writes the event; once the journal confirmed it, <paramref name="handler"/> runs with the command's sender. No other command
    /// is handled in between. If the write fails the actor stops: whether the event was written is not known.
    /// </summary>
    /// <exception cref="InvalidOperationException">During recovery.</exception>
    public void Persist<TEvent>(TEvent @event, Action<TEvent> handler) => PersistAll([@event], handler);

    /// <summary>As <see cref="Persist"/>, all events together or none; the handler runs for each, in order.</summary>
    public void PersistAll<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler) => Enqueue(events, handler, stashing: true);

    /// <summary>As <see cref="Persist"/>, but further commands are handled before <paramref name="handler"/> runs.</summary>
    public void PersistAsync<TEvent>(TEvent @event, Action<TEvent> handler) => Enqueue([@event], handler, stashing: false);

    /// <summary>Runs the handler, without a write, after those of everything persisted before; at once if there is nothing.</summary>
    public void DeferAsync<TEvent>(TEvent evt, Action<TEvent> handler)
    {
        RefuseWhileRecovering();
        if (_pending.Count == 0)
        {
            handler(evt);
            return;
        }

        _pending.Enqueue(new PendingHandler(Invoke(handler), Stashing: false));
        _batch.Add(new NonPersistentMessage(evt!, Sender));
    }

    /// <summary>Saves the state as of <see cref="LastSequenceNr"/>; answered by <see cref="SaveSnapshotSuccess"/> or <see cref="SaveSnapshotFailure"/>.</summary>
    public void SaveSnapshot(object snapshot) =>
        SnapshotStore.Tell(new SaveSnapshot(new SnapshotMetadata(PersistenceId, LastSequenceNr, Context.System.Scheduler.Now.UtcDateTime), snapshot), Self);

    /// <summary>Answered by <see cref="DeleteSnapshotSuccess"/> or <see cref="DeleteSnapshotFailure"/>.</summary>
    public void DeleteSnapshot(long sequenceNr) =>
        SnapshotStore.Tell(new DeleteSnapshot(new SnapshotMetadata(PersistenceId, sequenceNr, DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc))), Self);

    /// <summary>Answered by <see cref="DeleteSnapshotsSuccess"/> or <see cref="DeleteSnapshotsFailure"/>.</summary>
    public void DeleteSnapshots(SnapshotSelectionCriteria criteria) => SnapshotStore.Tell(new DeleteSnapshots(PersistenceId, criteria), Self);

    /// <summary>
    /// Deletes all events up to that one; <see cref="long.MaxValue"/> for all. Answered by <see cref="DeleteMessagesSuccess"/> or
    /// <see cref="DeleteMessagesFailure"/>. Numbers go on where they were.
    /// </summary>
    public void DeleteMessages(long toSequenceNr)
    {
        if (toSequenceNr == long.MaxValue || toSequenceNr <= LastSequenceNr)
        {
            Journal.Tell(new DeleteMessagesTo(PersistenceId, Math.Min(toSequenceNr, LastSequenceNr), Self), Self);
            return;
        }

        var cause = new InvalidOperationException($"toSequenceNr [{toSequenceNr}] must be less than or equal to LastSequenceNr [{LastSequenceNr}].");
        Self.Tell(new DeleteMessagesFailure(cause, toSequenceNr), Self);
    }

    /// <summary>Handles <see cref="SnapshotOffer"/>, events and <see cref="RecoveryCompleted"/>; changes nothing but the state.</summary>
    protected abstract bool ReceiveRecover(object message);

    protected abstract bool ReceiveCommand(object message);

    /// <summary>After the last replayed event, before <see cref="RecoveryCompleted"/>.</summary>
    protected virtual void OnReplaySuccess()
    {
    }

    /// <summary>The snapshot or the events could not be read, or a handler threw; the actor stops afterwards.</summary>
    /// <param name="reason">What went wrong.</param>
    /// <param name="message">The event whose handler threw, else null.</param>
    protected virtual void OnRecoveryFailure(Exception reason, object? message = null)
    {
        if (message is null)
            Log.Error(reason, "Persistence failure when replaying events for persistenceId [{0}]. Last known sequence number [{1}]", PersistenceId, LastSequenceNr);
        else
            Log.Error(reason, "Exception in ReceiveRecover when replaying event type [{0}] with sequence number [{1}] for persistenceId [{2}]", message.GetType(), LastSequenceNr, PersistenceId);
    }

    /// <summary>A write failed; the actor stops afterwards.</summary>
    protected virtual void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        Log.Error(cause, "Failed to persist event type [{0}] with sequence number [{1}] for persistenceId [{2}].", @event.GetType(), sequenceNr, PersistenceId);

    /// <summary>The journal will not take the event, for instance because it cannot be serialized; the actor goes on, the handler does not run.</summary>
    protected virtual void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
        Log.Error(cause, "Rejected to persist event type [{0}] with sequence number [{1}] for persistenceId [{2}] due to [{3}].", @event.GetType(), sequenceNr, PersistenceId, cause.Message);

    /// <summary>Runs asynchronous work as part of the present command: the next one waits for it, and it may persist.</summary>
    protected void RunTask(Func<Task> action)
    {
        if (_taskRunning)
            throw new NotSupportedException("RunTask calls cannot be nested.");
        ActorTaskScheduler.RunTask(async () =>
        {
            var task = action();
            if (task.IsCompleted)
            {
                await task;
                return;
            }

            (_taskRunning, var failed) = (true, true);
            try
            {
                await task;
                failed = false;
            }
            finally
            {
                _taskRunning = false;
                AfterCommand(failed);
            }
        });
    }

    private static Action<object> Invoke<TEvent>(Action<TEvent> handler) => @event => handler((TEvent)@event);

    private void RefuseWhileRecovering()
    {
        if (IsRecovering)
            throw new InvalidOperationException("Cannot persist during replay. Events can be persisted when receiving RecoveryCompleted or later.");
    }

    private void Enqueue<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler, bool stashing)
    {
        RefuseWhileRecovering();
        var invoke = Invoke(handler);
        var persistents = ImmutableList.CreateBuilder<IPersistentRepresentation>();
        foreach (var @event in events)
        {
            ArgumentNullException.ThrowIfNull(@event);
            _pending.Enqueue(new PendingHandler(invoke, stashing));
            if (stashing)
                _pendingStashing++;
            persistents.Add(new Persistent(@event, ++_sequenceNr, PersistenceId, sender: Sender, writerGuid: _writerGuid));
        }

        if (persistents.Count > 0)
            _batch.Add(new AtomicWrite(persistents.ToImmutable()));
    }

    private sealed record PendingHandler(Action<object> Handler, bool Stashing);

    /// <summary>Gives back into the internal stash, from where commands are taken one by one.</summary>
    private sealed class OuterStash(IStash user, StashImpl inner) : IStash
    {
        public int Count => user.Count;

        public bool IsEmpty => user.IsEmpty;

        public bool NonEmpty => user.NonEmpty;

        public bool IsFull => user.IsFull;

        public int Capacity => user.Capacity;

        public void Stash() => user.Stash();

        public void Unstash() => user.Unstash();

        public void UnstashAll() => inner.Prepend(user.ClearStash());

        public void UnstashAll(Func<Envelope, bool> predicate) => user.UnstashAll(predicate);

        public IEnumerable<Envelope> ClearStash() => user.ClearStash();

        public void Prepend(IEnumerable<Envelope> envelopes) => user.Prepend(envelopes);
    }
}
