namespace Rig.Ingest.Persistence;

/// <summary>Another actor, of this server or another, writes under the same persistence id; nothing of this one's was written.</summary>
public sealed class ConcurrentWriterException(string persistenceId, long sequenceNr, string? otherWriter, string writer, Exception cause) : Exception(
    $"Writer {otherWriter ?? "unknown"} has already written event {sequenceNr} of '{persistenceId}', so writer {writer} works on an old state and stops. "
    + "Start its actor again; it then sees the other's events.",
    cause);
