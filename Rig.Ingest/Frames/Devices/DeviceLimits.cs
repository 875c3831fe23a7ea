using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>How much one device may ask, and how much memory the bodies of all may take at once.</summary>
internal sealed class DeviceLimits : IDisposable
{
    /// <summary>Requests that wait for memory; the next is told to come again.</summary>
    private const int MaxWaitingMb = 4096;

    /// <summary>Requests at once that each take a connection of the database; pictures share one.</summary>
    private const int MaxAtDatabase = 8;

    private readonly PartitionedRateLimiter<DeviceId> rate;
    private readonly ConcurrencyLimiter memory;
    private readonly ConcurrencyLimiter database = new(new ConcurrencyLimiterOptions { PermitLimit = MaxAtDatabase, QueueLimit = MaxWaitingMb, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });

    public DeviceLimits(IOptions<FrameOptions> options)
    {
        var limits = options.Value;
        var period = TimeSpan.FromSeconds(Math.Max(0.1, 1 / limits.MaxRequestsPerSecond));
        rate = PartitionedRateLimiter.Create<DeviceId, string>(device => RateLimitPartition.GetTokenBucketLimiter(device.Value, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = limits.MaxRequestsAtOnce,
            TokensPerPeriod = Math.Max(1, (int)Math.Round(limits.MaxRequestsPerSecond * period.TotalSeconds)),
            ReplenishmentPeriod = period,
        }));
        memory = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = limits.MaxMemoryMb, QueueLimit = MaxWaitingMb, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });
    }

    public bool TryRequest(DeviceId device)
    {
        using var lease = rate.AttemptAcquire(device);
        return lease.IsAcquired;
    }

    /// <exception cref="FrameRefusal">503: too many bodies wait already.</exception>
    public async ValueTask<RateLimitLease> BodyAsync(long bytes, CancellationToken cancellationToken)
    {
        var lease = await memory.AcquireAsync((int)(bytes >> 20) + 1, cancellationToken);
        if (!lease.IsAcquired)
        {
            lease.Dispose();
            throw new FrameRefusal(503, "server busy");
        }

        return lease;
    }

    /// <exception cref="FrameRefusal">503: too many wait for the database already.</exception>
    public async ValueTask<RateLimitLease> DatabaseAsync(CancellationToken cancellationToken)
    {
        var lease = await database.AcquireAsync(1, cancellationToken);
        if (!lease.IsAcquired)
        {
            lease.Dispose();
            throw new FrameRefusal(503, "server busy");
        }

        return lease;
    }

    public void Dispose()
    {
        database.Dispose();
        rate.Dispose();
        memory.Dispose();
    }
}
