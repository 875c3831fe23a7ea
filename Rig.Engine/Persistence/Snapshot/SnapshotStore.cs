using Rig.Engine.Actor;

namespace Rig.Engine.Persistence.Snapshot;

/// <summary>Base of snapshot stores. Its methods are called within its turn, and what they return may complete at any time.</summary>
public abstract class SnapshotStore : ActorBase
{
    private readonly TimeSpan _callTimeout;

    protected SnapshotStore() =>
        _callTimeout = Persistence.Instance.Apply(Context.System).ConfigFor(Self).GetTimeSpan("circuit-breaker.call-timeout", TimeSpan.FromSeconds(20));

    /// <summary>The newest that matches, or null.</summary>
    protected abstract Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria);

    /// <summary>One of the same persistence id and number is replaced.</summary>
    protected abstract Task SaveAsync(SnapshotMetadata metadata, object snapshot);

    /// <summary>By persistence id and number; the timestamp counts only if it is set.</summary>
    protected abstract Task DeleteAsync(SnapshotMetadata metadata);

    protected abstract Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria);

    protected virtual bool ReceivePluginInternal(object message) => false;

    protected sealed override bool Receive(object message)
    {
        switch (message)
        {
            case LoadSnapshot load:
                _ = LoadAsync(load, Sender, Self);
                return true;
            case SaveSnapshot save:
                _ = AnswerAsync(SaveAsync(save.Metadata, save.Snapshot), "save of a snapshot", Sender, Self, new SaveSnapshotSuccess(save.Metadata), cause => new SaveSnapshotFailure(save.Metadata, cause));
                return true;
            case DeleteSnapshot delete:
                _ = AnswerAsync(DeleteAsync(delete.Metadata), "deletion of a snapshot", Sender, Self, new DeleteSnapshotSuccess(delete.Metadata), cause => new DeleteSnapshotFailure(delete.Metadata, cause));
                return true;
            case DeleteSnapshots delete:
                _ = AnswerAsync(DeleteAsync(delete.PersistenceId, delete.Criteria), "deletion of snapshots", Sender, Self, new DeleteSnapshotsSuccess(delete.Criteria), cause => new DeleteSnapshotsFailure(delete.Criteria, cause));
                return true;
            default:
                return ReceivePluginInternal(message);
        }
    }

    private async Task LoadAsync(LoadSnapshot load, IActorRef asker, IActorRef self)
    {
        object answer;
        try
        {
            var found = load.Criteria.Equals(SnapshotSelectionCriteria.None)
                ? null
                : await PluginCall.InTimeAsync(LoadAsync(load.PersistenceId, load.Criteria.Limit(load.ToSequenceNr)), _callTimeout, "load of a snapshot");
            answer = new LoadSnapshotResult(found, load.ToSequenceNr, load.ActorInstanceId);
        }
        catch (Exception cause)
        {
            answer = new LoadSnapshotFailed(cause, load.ActorInstanceId);
        }

        asker.Tell(answer, self);
    }

    private async Task AnswerAsync(Task call, string what, IActorRef asker, IActorRef self, object success, Func<Exception, object> failure)
    {
        object answer;
        try
        {
            await PluginCall.InTimeAsync(call, _callTimeout, what);
            answer = success;
        }
        catch (Exception cause)
        {
            answer = failure(cause);
        }

        asker.Tell(answer, self);
    }
}
