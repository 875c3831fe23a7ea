using Rig.Engine.Actor;

namespace Rig.Engine.Persistence;

/// <param name="persistenceId">Whose state it is.</param>
/// <param name="sequenceNr">The last event that it contains.</param>
/// <param name="timestamp">UTC.</param>
public sealed class SnapshotMetadata(string persistenceId, long sequenceNr, DateTime timestamp) : IEquatable<SnapshotMetadata>
{
    public string PersistenceId { get; } = persistenceId;

    public long SequenceNr { get; } = sequenceNr;

    public DateTime Timestamp { get; } = timestamp;

    public bool Equals(SnapshotMetadata? other) =>
        other is not null && PersistenceId == other.PersistenceId && SequenceNr == other.SequenceNr && Timestamp == other.Timestamp;

    public override bool Equals(object? obj) => Equals(obj as SnapshotMetadata);

    public override int GetHashCode() => HashCode.Combine(PersistenceId, SequenceNr, Timestamp);

    public override string ToString() => $"{PersistenceId} at {SequenceNr} of {Timestamp:O}";
}

/// <summary>Told during recovery, before the events that came after the snapshot.</summary>
public sealed class SnapshotOffer(SnapshotMetadata metadata, object snapshot)
{
    public SnapshotMetadata Metadata { get; } = metadata;

    public object Snapshot { get; } = snapshot;
}

public sealed class SelectedSnapshot(SnapshotMetadata metadata, object snapshot)
{
    public SnapshotMetadata Metadata { get; } = metadata;

    public object Snapshot { get; } = snapshot;
}

/// <summary>Which snapshots are meant; all bounds are inclusive.</summary>
public sealed class SnapshotSelectionCriteria(
    long maxSequenceNr, DateTime maxTimeStamp, long minSequenceNr = 0, DateTime? minTimestamp = null) : IEquatable<SnapshotSelectionCriteria>
{
    public SnapshotSelectionCriteria(long maxSequenceNr)
        : this(maxSequenceNr, DateTime.MaxValue)
    {
    }

    public static SnapshotSelectionCriteria Latest { get; } = new(long.MaxValue, DateTime.MaxValue);

    /// <summary>No snapshot at all: recovery starts from the first event.</summary>
    public static SnapshotSelectionCriteria None { get; } = new(0L, DateTime.MinValue);

    public long MaxSequenceNr { get; } = maxSequenceNr;

    public DateTime MaxTimeStamp { get; } = maxTimeStamp;

    public long MinSequenceNr { get; } = minSequenceNr;

    public DateTime? MinTimestamp { get; } = minTimestamp ?? DateTime.MinValue;

    public bool Equals(SnapshotSelectionCriteria? other) =>
        other is not null && MaxSequenceNr == other.MaxSequenceNr && MaxTimeStamp == other.MaxTimeStamp
        && MinSequenceNr == other.MinSequenceNr && MinTimestamp == other.MinTimestamp;

    public override bool Equals(object? obj) => Equals(obj as SnapshotSelectionCriteria);

    public override int GetHashCode() => HashCode.Combine(MaxSequenceNr, MaxTimeStamp, MinSequenceNr, MinTimestamp);

    internal SnapshotSelectionCriteria Limit(long toSequenceNr) =>
        toSequenceNr < MaxSequenceNr ? new SnapshotSelectionCriteria(toSequenceNr, MaxTimeStamp, MinSequenceNr, MinTimestamp) : this;

    internal bool Matches(SnapshotMetadata metadata) =>
        metadata.SequenceNr <= MaxSequenceNr && metadata.Timestamp <= MaxTimeStamp
        && metadata.SequenceNr >= MinSequenceNr && metadata.Timestamp >= MinTimestamp;
}

/// <summary>Told to the actor after <c>SaveSnapshot</c>.</summary>
public sealed class SaveSnapshotSuccess(SnapshotMetadata metadata) : INoSerializationVerificationNeeded
{
    public SnapshotMetadata Metadata { get; } = metadata;
}

/// <inheritdoc cref="SaveSnapshotSuccess"/>
public sealed class SaveSnapshotFailure(SnapshotMetadata metadata, Exception cause) : INoSerializationVerificationNeeded
{
    public SnapshotMetadata Metadata { get; } = metadata;

    public Exception Cause { get; } = cause;
}

/// <summary>Told to the actor after <c>DeleteSnapshot</c>.</summary>
public sealed class DeleteSnapshotSuccess(SnapshotMetadata metadata) : INoSerializationVerificationNeeded
{
    public SnapshotMetadata Metadata { get; } = metadata;
}

/// <inheritdoc cref="DeleteSnapshotSuccess"/>
public sealed class DeleteSnapshotFailure(SnapshotMetadata metadata, Exception cause) : INoSerializationVerificationNeeded
{
    public SnapshotMetadata Metadata { get; } = metadata;

    public Exception Cause { get; } = cause;
}

/// <summary>Told to the actor after <c>DeleteSnapshots</c>.</summary>
public sealed class DeleteSnapshotsSuccess(SnapshotSelectionCriteria criteria) : INoSerializationVerificationNeeded
{
    public SnapshotSelectionCriteria Criteria { get; } = criteria;
}

/// <inheritdoc cref="DeleteSnapshotsSuccess"/>
public sealed class DeleteSnapshotsFailure(SnapshotSelectionCriteria criteria, Exception cause) : INoSerializationVerificationNeeded
{
    public SnapshotSelectionCriteria Criteria { get; } = criteria;

    public Exception Cause { get; } = cause;
}

internal sealed record LoadSnapshot(string PersistenceId, SnapshotSelectionCriteria Criteria, long ToSequenceNr, int ActorInstanceId);

internal sealed record LoadSnapshotResult(SelectedSnapshot? Snapshot, long ToSequenceNr, int ActorInstanceId) : IRecoveryMessage;

internal sealed record LoadSnapshotFailed(Exception Cause, int ActorInstanceId) : IRecoveryMessage;

internal sealed record SaveSnapshot(SnapshotMetadata Metadata, object Snapshot);

internal sealed record DeleteSnapshot(SnapshotMetadata Metadata);

internal sealed record DeleteSnapshots(string PersistenceId, SnapshotSelectionCriteria Criteria);
