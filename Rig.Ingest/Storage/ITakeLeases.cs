using Rig.Domain.Identity;

namespace Rig.Ingest.Storage;

/// <summary>Who transfers which take, among the servers that share a database.</summary>
public interface ITakeLeases
{
    /// <param name="id">The take.</param>
    /// <param name="duration">How long after this server's death another one waits; renewed three times as often.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns>Null while another claim, of this server or of another one, holds the take.</returns>
    Task<TakeLease?> TryAcquireAsync(TakeId id, TimeSpan duration, CancellationToken cancellationToken);

    /// <returns>False when the claim is lost, null when the database did not say.</returns>
    Task<bool?> TryRenewAsync(TakeLease lease, TimeSpan duration, CancellationToken cancellationToken);

    Task ReleaseAsync(TakeLease lease);
}
