using Rig.Domain.Identity;

namespace Rig.Ingest.Storage;

/// <summary>The receipts of this server.</summary>
public interface ITakeVault
{
    Task<Receipt?> FindAsync(TakeId id, CancellationToken cancellationToken);

    bool IsWhole(Receipt receipt);

    Task<CommitResult> CommitAsync(ArrivedTake take, CancellationToken cancellationToken);

    Task MarkConfirmedAsync(TakeId id, CancellationToken cancellationToken);
}
