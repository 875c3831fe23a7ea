using Rig.Engine.Actor;

namespace Rig.Engine.Persistence;

// Getting the state back: permit, snapshot, events.
public abstract partial class Eventsourced
{
    private ICancelable? _recoveryTimeout;
    private bool _eventSeen;

    private TimeSpan RecoveryEventTimeout => _extension.JournalConfigFor(JournalPluginId).GetTimeSpan("recovery-event-timeout", null, false);

    private void RequestRecoveryPermit()
    {
        _extension.RecoveryPermitter.Tell(Persistence.RequestRecoveryPermit.Instance, Self);
        _state = WaitingForPermit;
    }

    private void ReturnRecoveryPermit() => _extension.RecoveryPermitter.Tell(Persistence.ReturnRecoveryPermit.Instance, Self);

    private void WaitingForPermit(Receive receive, object message)
    {
        if (message is not Persistence.RecoveryPermitGranted)
        {
            StashInternally(message);
            return;
        }

        var timeout = RecoveryEventTimeout;
        _recoveryTimeout = Context.System.Scheduler.ScheduleTellOnceCancelable(timeout, Self, new RecoveryTick(Snapshot: true, _instanceId), Self);
        _state = LoadingSnapshot;
        SnapshotStore.Tell(new LoadSnapshot(PersistenceId, Recovery.FromSnapshot, Recovery.ToSequenceNr, _instanceId), Self);
    }

    private void LoadingSnapshot(Receive receive, object message)
    {
        switch (message)
        {
            case LoadSnapshotResult { Snapshot: { } found } result:
                _recoveryTimeout?.Cancel();
                var before = LastSequenceNr;
                var offer = new SnapshotOffer(found.Metadata, found.Snapshot);
                try
                {
                    LastSequenceNr = found.Metadata.SequenceNr;
                    base.AroundReceive(
                        each =>
                        {
                            if (ReceiveRecover(each))
                                return true;
                            LastSequenceNr = before;
                            return false;
                        },
                        offer);
                }
                catch (Exception cause)
                {
                    EndRecovery(cause);
                    return;
                }

                StartReplay(result.ToSequenceNr);
                break;
            case LoadSnapshotResult result:
                _recoveryTimeout?.Cancel();
                StartReplay(result.ToSequenceNr);
                break;
            case LoadSnapshotFailed failed:
                EndRecovery(failed.Cause);
                break;
            case RecoveryTick { Snapshot: true }:
                EndRecovery(new RecoveryTimedOutException($"Recovery timed out, didn't get snapshot within {RecoveryEventTimeout.TotalSeconds}s."));
                break;
            default:
                StashInternally(message);
                break;
        }
    }

    private void StartReplay(long toSequenceNr)
    {
        var timeout = RecoveryEventTimeout;
        _eventSeen = false;
        _recoveryTimeout = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(timeout, timeout, Self, new RecoveryTick(Snapshot: false, _instanceId), Self);
        _state = Replaying;
        Journal.Tell(new ReplayMessages(LastSequenceNr + 1, toSequenceNr, Recovery.ReplayMax, PersistenceId, Self, _instanceId), Self);
    }

    private void Replaying(Receive receive, object message)
    {
        switch (message)
        {
            case ReplayedMessage replayed:
                _eventSeen = true;
                UpdateLastSequenceNr(replayed.Persistent);
                try
                {
                    base.AroundReceive(ReceiveRecover, replayed.Persistent.Payload);
                }
                catch (Exception cause)
                {
                    EndRecovery(cause, replayed.Persistent.Payload);
                }

                break;
            case RecoverySuccess success:
                CompleteRecovery(success.HighestSequenceNr);
                break;
            case ReplayMessagesFailure failure:
                EndRecovery(failure.Cause);
                break;
            case RecoveryTick { Snapshot: false } when _eventSeen:
                _eventSeen = false;
                break;
            case RecoveryTick { Snapshot: false }:
                EndRecovery(new RecoveryTimedOutException(
                    $"Recovery timed out, didn't get event within {RecoveryEventTimeout.TotalSeconds}s, highest sequence number seen {LastSequenceNr}."));
                break;
            case RecoveryTick:
                break;
            default:
                StashInternally(message);
                break;
        }
    }

    private void CompleteRecovery(long highestSequenceNr)
    {
        _recoveryTimeout?.Cancel();
        try
        {
            OnReplaySuccess();
            _sequenceNr = LastSequenceNr = Math.Max(highestSequenceNr, LastSequenceNr);
            IsRecovering = false;
            try
            {
                base.AroundReceive(ReceiveRecover, RecoveryCompleted.Instance);
            }
            finally
            {
                StartProcessing();
            }
        }
        finally
        {
            ReturnRecoveryPermit();
        }
    }

    /// <summary>The actor never handles a command on a state that may be wrong.</summary>
    private void EndRecovery(Exception cause, object? message = null)
    {
        _recoveryTimeout?.Cancel();
        try
        {
            OnRecoveryFailure(cause, message);
        }
        finally
        {
            Context.Stop(Self);
            ReturnRecoveryPermit();
        }
    }

    private void UpdateLastSequenceNr(IPersistentRepresentation persistent) => LastSequenceNr = Math.Max(LastSequenceNr, persistent.SequenceNr);
}
