using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Ingest.Storage;

/// <summary>The server's word that it durably holds a take: its row is committed after its bytes and their name are on disk.</summary>
/// <param name="Sha256">Lower-case hex, computed by this server from the bytes it wrote.</param>
/// <param name="Source"><c>upload</c> or <c>pull</c>.</param>
/// <param name="ConfirmedAt">When its sender had learned of the receipt; only then may it delete its copy.</param>
/// <param name="DamagedAt">When the file on disk was found missing or changed; such a take is accepted once more.</param>
/// <param name="Problem">What is wrong with the video as it came, as a sentence; it is held all the same. Null when it is a whole MP4 file.</param>
/// <param name="DescribedAt">When a corrected manifest came for the same bytes; null when none did.</param>
public sealed record Receipt(
    TakeId Id,
    long SizeBytes,
    string Sha256,
    Manifest Manifest,
    string Source,
    DateTimeOffset ReceivedAt,
    DateTimeOffset? DamagedAt,
    DateTimeOffset? ConfirmedAt = null,
    string? Problem = null,
    DateTimeOffset? DescribedAt = null);

/// <summary>A take whose bytes are written, synced and hashed, but whose name is still a temporary one.</summary>
public sealed record ArrivedTake(TakeId Id, string TempPath, long SizeBytes, string Sha256, Manifest Manifest, string Source, string? Problem = null);

public enum CommitOutcome
{
    Stored = 1,

    /// <summary>The server held these very bytes already, described as they are now.</summary>
    AlreadyHeld = 2,

    /// <summary>The server holds other bytes under this name; these were kept apart and reported.</summary>
    Conflict = 3,

    /// <summary>The server held these very bytes already; their manifest is the new one.</summary>
    Described = 4,
}

/// <param name="Receipt">What the server holds.</param>
public sealed record CommitResult(CommitOutcome Outcome, Receipt Receipt);
