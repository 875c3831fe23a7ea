using Rig.Domain.Identity;
using Rig.Ingest.Storage;
using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios.Offload;

/// <summary>The database's table of leases, as one process of the server uses it.</summary>
/// <param name="process">Does nothing more once it has ended.</param>
/// <param name="rows">Outlive the process.</param>
internal sealed class SimulatedLeases(SimulatedProcess process, Dictionary<TakeId, (string Claim, DateTimeOffset Until)> rows) : ITakeLeases
{
    private int claims;

    public Task<TakeLease?> TryAcquireAsync(TakeId id, TimeSpan duration, CancellationToken cancellationToken)
    {
        MustLive();
        if (rows.TryGetValue(id, out var row) && row.Until >= process.Time.GetUtcNow())
        {
            return Task.FromResult<TakeLease?>(null);
        }

        var claim = $"{process.Id}/{++claims}";
        rows[id] = (claim, process.Time.GetUtcNow() + duration);
        return Task.FromResult<TakeLease?>(new TakeLease(this, id, claim, duration, process.Time));
    }

    public Task<bool?> TryRenewAsync(TakeLease lease, TimeSpan duration, CancellationToken cancellationToken)
    {
        MustLive();
        if (rows.GetValueOrDefault(lease.Id).Claim != lease.Claim)
        {
            return Task.FromResult<bool?>(false);
        }

        rows[lease.Id] = (lease.Claim, process.Time.GetUtcNow() + duration);
        return Task.FromResult<bool?>(true);
    }

    public Task ReleaseAsync(TakeLease lease)
    {
        MustLive();
        if (rows.GetValueOrDefault(lease.Id).Claim == lease.Claim)
        {
            rows.Remove(lease.Id);
        }

        return Task.CompletedTask;
    }

    private void MustLive()
    {
        if (!process.IsAlive)
        {
            throw new ProcessGoneException();
        }
    }
}
