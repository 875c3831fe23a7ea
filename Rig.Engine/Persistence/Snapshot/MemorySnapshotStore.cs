namespace Rig.Engine.Persistence.Snapshot;

/// <summary>Keeps snapshots for the life of the actor system; for tests.</summary>
public class MemorySnapshotStore : SnapshotStore
{
    private readonly List<SelectedSnapshot> _snapshots = [];

    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria) => Task.FromResult(
        _snapshots.Where(each => each.Metadata.PersistenceId == persistenceId && criteria.Matches(each.Metadata)).MaxBy(each => each.Metadata.SequenceNr));

    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot)
    {
        _snapshots.RemoveAll(each => each.Metadata.PersistenceId == metadata.PersistenceId && each.Metadata.SequenceNr == metadata.SequenceNr);
        _snapshots.Add(new SelectedSnapshot(metadata, snapshot));
        return Task.CompletedTask;
    }

    protected override Task DeleteAsync(SnapshotMetadata metadata)
    {
        _snapshots.RemoveAll(each => each.Metadata.PersistenceId == metadata.PersistenceId && each.Metadata.SequenceNr == metadata.SequenceNr
            && (metadata.Timestamp == DateTime.MinValue || each.Metadata.Timestamp == metadata.Timestamp));
        return Task.CompletedTask;
    }

    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        _snapshots.RemoveAll(each => each.Metadata.PersistenceId == persistenceId && criteria.Matches(each.Metadata));
        return Task.CompletedTask;
    }
}
