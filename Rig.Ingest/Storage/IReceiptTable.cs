using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Ingest.Storage;

/// <summary>The rows of what this server holds. Several are ordered by camera, left to right, and take number.</summary>
public interface IReceiptTable
{
    Task<Receipt?> FindAsync(TakeId id, CancellationToken cancellationToken);

    Task<IReadOnlyList<Receipt>> OfSessionsAsync(string[] sessions, CancellationToken cancellationToken);

    /// <summary>The newest take of that camera in that session.</summary>
    Task<Receipt?> NewestAsync(SessionId session, CameraId camera, CancellationToken cancellationToken);

    Task<IReadOnlyList<Receipt>> WithBytesAsync(SessionId session, CameraId camera, string sha256, CancellationToken cancellationToken);

    Task MarkConfirmedAsync(TakeId id, CancellationToken cancellationToken);

    Task MarkDamagedAsync(Receipt receipt, CancellationToken cancellationToken);

    /// <summary>Begins a hand-over: until it is disposed, whoever begins one of the same take waits, on other servers too.</summary>
    Task<IReceiptChange> BeginAsync(TakeId id, CancellationToken cancellationToken);
}

/// <summary>What one hand-over changes: durable when <see cref="CommitAsync"/> returns; forgotten when it is disposed before.</summary>
public interface IReceiptChange : IAsyncDisposable
{
    Task<Receipt?> FindAsync(CancellationToken cancellationToken);

    /// <summary>A receipt of the same bytes is renewed.</summary>
    Task<Receipt> WriteAsync(ArrivedTake take, CancellationToken cancellationToken);

    /// <summary>Another manifest for the bytes that are held.</summary>
    /// <returns>The receipt's new <see cref="Receipt.DescribedAt"/>.</returns>
    Task<DateTimeOffset> DescribeAsync(Manifest manifest, CancellationToken cancellationToken);

    /// <summary>How many other bytes are kept apart under the take's name.</summary>
    Task<long> CountKeptConflictsAsync(string exceptSha256, CancellationToken cancellationToken);

    /// <param name="take">What came under a name that stands for other bytes.</param>
    /// <param name="keptAs">Its file; null when it was not kept.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task WriteConflictAsync(ArrivedTake take, string? keptAs, CancellationToken cancellationToken);

    Task CommitAsync(CancellationToken cancellationToken);
}
