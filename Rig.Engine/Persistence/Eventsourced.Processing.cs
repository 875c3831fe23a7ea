using Rig.Engine.Actor;
using Rig.Engine.Event;

namespace Rig.Engine.Persistence;

// Commands, writes and what the journal says of them; and the hooks of the actor's life.
public abstract partial class Eventsourced
{
    public override void AroundPreStart()
    {
        if (string.IsNullOrEmpty(PersistenceId))
            throw new InvalidOperationException($"{Self.Path} has no PersistenceId. Return a text that names its history and never changes.");
        // A missing plugin is told here, and not with the first write.
        _ = (Journal, SnapshotStore);
        RequestRecoveryPermit();
        base.AroundPreStart();
    }

    public override void AroundPreRestart(Exception cause, object? message)
    {
        try
        {
            _recoveryTimeout?.Cancel();
            _internalStash.UnstashAll();
        }
        finally
        {
            FlushBatch();
            base.AroundPreRestart(cause, message switch
            {
                WriteMessageSuccess success => success.Persistent,
                LoopMessageSuccess loop => loop.Message,
                ReplayedMessage replayed => replayed.Persistent,
                _ => message,
            });
        }
    }

    public override void AroundPostRestart(Exception cause, object? message)
    {
        RequestRecoveryPermit();
        base.AroundPostRestart(cause, message);
    }

    public override void AroundPostStop()
    {
        try
        {
            _recoveryTimeout?.Cancel();
            _internalStash.UnstashAll();
        }
        finally
        {
            base.AroundPostStop();
        }
    }

    protected override bool AroundReceive(Receive receive, object message)
    {
        if (message is not IRecoveryMessage recovery || recovery.ActorInstanceId == _instanceId)
            _state(receive, message);
        return true;
    }

    protected override void Unhandled(object message)
    {
        switch (message)
        {
            case RecoveryCompleted:
                return;
            case SaveSnapshotFailure failure:
                Log.Warning("Failed to SaveSnapshot given metadata [{0}] due to: [{1}]", failure.Metadata, failure.Cause.Message);
                break;
            case DeleteSnapshotFailure failure:
                Log.Warning("Failed to DeleteSnapshot given metadata [{0}] due to: [{1}]", failure.Metadata, failure.Cause.Message);
                break;
            case DeleteSnapshotsFailure failure:
                Log.Warning("Failed to DeleteSnapshots of [{0}] due to: [{1}]", PersistenceId, failure.Cause.Message);
                break;
            case DeleteMessagesFailure failure:
                Log.Warning("Failed to DeleteMessages ToSequenceNr [{0}] for PersistenceId [{1}] due to: [{2}]", failure.ToSequenceNr, PersistenceId, failure.Cause.Message);
                break;
        }

        base.Unhandled(message);
    }

    private void StartProcessing()
    {
        FlushBatch();
        if (_pendingStashing > 0)
        {
            _state = Persisting;
            return;
        }

        _state = Processing;
        _internalStash.UnstashAll();
    }

    private void Processing(Receive receive, object message)
    {
        if (HandleJournal(message))
            return;
        var failed = true;
        try
        {
            base.AroundReceive(receive, message);
            failed = false;
        }
        finally
        {
            AfterCommand(failed);
        }
    }

    /// <summary>Only what the journal says is handled; commands wait.</summary>
    private void Persisting(Receive receive, object message)
    {
        if (!HandleJournal(message))
            StashInternally(message);
    }

    private void AfterCommand(bool failed)
    {
        FlushBatch();
        if (_taskRunning)
            return;
        if (_pendingStashing > 0)
            _state = Persisting;
        else
            UnstashInternally(failed);
    }

    /// <returns>Whether the message was the journal's. What is meant for an earlier incarnation is dropped.</returns>
    private bool HandleJournal(object message)
    {
        switch (message)
        {
            case WriteMessageSuccess success:
                if (success.ActorInstanceId == _instanceId)
                {
                    UpdateLastSequenceNr(success.Persistent);
                    RunHandler(success.Persistent.Payload);
                }

                return true;
            case LoopMessageSuccess loop:
                if (loop.ActorInstanceId == _instanceId)
                    RunHandler(loop.Message);
                return true;
            case WriteMessageRejected rejected:
                if (rejected.ActorInstanceId == _instanceId)
                {
                    UpdateLastSequenceNr(rejected.Persistent);
                    HandlerDone(failed: false);
                    OnPersistRejected(rejected.Cause, rejected.Persistent.Payload, rejected.Persistent.SequenceNr);
                }

                return true;
            case WriteMessageFailure failure:
                if (failure.ActorInstanceId == _instanceId)
                {
                    HandlerDone(failed: false);
                    try
                    {
                        OnPersistFailure(failure.Cause, failure.Persistent.Payload, failure.Persistent.SequenceNr);
                    }
                    finally
                    {
                        Context.Stop(Self);
                    }
                }

                return true;
            case WriteMessagesSuccessful:
                _writing = false;
                FlushBatch();
                return true;
            case WriteMessagesFailed failed:
                // Otherwise a failure follows for each event, and the first one stops the actor.
                if (failed.WriteCount == 0)
                    _writing = false;
                return true;
            case RecoveryTick:
                return true;
            default:
                return false;
        }
    }

    private void RunHandler(object payload)
    {
        var failed = true;
        try
        {
            try
            {
                // Still among the pending ones while it runs, so that what it defers comes after it.
                _pending.Peek().Handler(payload);
            }
            finally
            {
                FlushBatch();
            }

            failed = false;
        }
        finally
        {
            HandlerDone(failed);
        }
    }

    private void HandlerDone(bool failed)
    {
        if (_pending.Dequeue().Stashing)
            _pendingStashing--;
        if (_pendingStashing > 0)
        {
            _state = Persisting;
            return;
        }

        _state = Processing;
        UnstashInternally(failed);
    }

    /// <summary>One write is on its way at a time; what is persisted meanwhile goes with the next.</summary>
    private void FlushBatch()
    {
        if (_writing || _batch.Count == 0)
            return;
        Journal.Tell(new WriteMessages([.. _batch], Self, _instanceId), Self);
        _batch.Clear();
        _writing = true;
    }

    private void StashInternally(object message)
    {
        try
        {
            _internalStash.Stash();
        }
        catch (StashOverflowException) when (_extension.StashOverflow == StashOverflow.Discard)
        {
            Context.System.DeadLetters.Tell(new DeadLetter(message, Sender, Self), Sender);
        }
    }

    private void UnstashInternally(bool all)
    {
        if (all)
            _internalStash.UnstashAll();
        else
            _internalStash.Unstash();
    }
}
