namespace Rig.Engine.Persistence.Snapshot;

/// <summary>Stands where no snapshot store is configured: nothing is ever found, and saving fails with a sentence that says why.</summary>
internal sealed class NoSnapshotStore : SnapshotStore
{
    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria) => Task.FromResult<SelectedSnapshot?>(null);

    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot) => Task.FromException(NotConfigured());

    protected override Task DeleteAsync(SnapshotMetadata metadata) => Task.FromException(NotConfigured());

    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria) => Task.FromException(NotConfigured());

    private static NotSupportedException NotConfigured() => new("No snapshot store configured. Set akka.persistence.snapshot-store.plugin to the section of one.");
}
