using Rig.Domain.Identity;

namespace Rig.Ingest.Storage;

/// <summary>
/// One server's right to transfer one take, renewed until it is disposed. When the right is lost, because the database was out of
/// reach for a whole lease or another server took over, <see cref="Lost"/> is cancelled: stop writing then.
/// </summary>
public sealed class TakeLease : IAsyncDisposable
{
    private readonly ITakeLeases leases;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Task renewing;

    internal TakeLease(ITakeLeases leases, TakeId id, string claim, TimeSpan duration, TimeProvider time)
    {
        this.leases = leases;
        Id = id;
        Claim = claim;
        Lost = lost.Token;
        renewing = RenewAsync(duration, time);
    }

    public TakeId Id { get; }

    public CancellationToken Lost { get; }

    internal string Claim { get; }

    private async Task RenewAsync(TimeSpan duration, TimeProvider time)
    {
        using var timer = new PeriodicTimer(duration / 3, time);
        var renewed = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                switch (await leases.TryRenewAsync(this, duration, stop.Token))
                {
                    case true:
                        renewed = time.GetTimestamp();
                        break;
                    case null when time.GetElapsedTime(renewed) < duration:
                        break;
                    default:
                        lost.Cancel();
                        return;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Disposed; the row is given up there.
        }
    }

    /// <summary>Gives the take up, so that another server need not wait for the lease to run out.</summary>
    public async ValueTask DisposeAsync()
    {
        // Not CancelAsync: that one hands the callbacks to the thread pool, which a simulation must own.
        stop.Cancel();
        await renewing;
        await leases.ReleaseAsync(this);
        stop.Dispose();
        lost.Dispose();
    }
}
