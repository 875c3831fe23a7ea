namespace Rig.Ingest.Pull;

/// <summary>What transfers run on and how they cut a take up; a simulation gives its own.</summary>
/// <param name="Scheduler">Where whole transfers run, and hashing and syncing beside each other.</param>
public sealed record TransferSetting(TimeProvider Time, TaskScheduler Scheduler)
{
    public static readonly TransferSetting Default = new(TimeProvider.System, TaskScheduler.Default);

    /// <summary>Asked for at once.</summary>
    public int RangeBytes { get; init; } = TakeDownload.RangeBytes;

    /// <summary>Written at once.</summary>
    public int ChunkBytes { get; init; } = TakeDownload.ChunkBytes;

    /// <summary>Written and not yet being synced, at most; a sync runs beside the next bytes.</summary>
    public int SyncBytes { get; init; } = 8 << 20;

    internal Task Run(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, Scheduler);

    internal Task Run(Func<Task> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, Scheduler).Unwrap();
}
