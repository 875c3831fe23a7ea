using Rig.Engine.Actor;

namespace Rig.Engine.Persistence;

/// <summary>How much of its past an actor wants back.</summary>
public sealed class Recovery(SnapshotSelectionCriteria fromSnapshot, long toSequenceNr = long.MaxValue, long replayMax = long.MaxValue)
{
    /// <summary>The latest snapshot and every event after it.</summary>
    public static Recovery Default { get; } = new(SnapshotSelectionCriteria.Latest);

    /// <summary>Nothing; new events still get numbers above the present ones.</summary>
    public static Recovery None { get; } = new(SnapshotSelectionCriteria.None, 0L);

    public SnapshotSelectionCriteria FromSnapshot { get; } = fromSnapshot;

    public long ToSequenceNr { get; } = toSequenceNr;

    public long ReplayMax { get; } = replayMax;
}

/// <summary>Told once, after the last replayed event and before the first command.</summary>
public sealed class RecoveryCompleted
{
    public static readonly RecoveryCompleted Instance = new();

    private RecoveryCompleted()
    {
    }
}

/// <summary>Neither snapshot nor event came for <c>recovery-event-timeout</c>.</summary>
public sealed class RecoveryTimedOutException(string message, Exception? cause = null) : AkkaException(message, cause);
