using Microsoft.Extensions.Options;

namespace Rig.Ingest.Pull;

/// <summary>Keeps all transfers together below <see cref="PullOptions.MaxBytesPerSecond"/>, on the mean of a second.</summary>
public sealed class BandwidthCap(IOptions<PullOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(250);

    private readonly long bytesPerSecond = options.Value.MaxBytesPerSecond;
    private readonly long start = time.GetTimestamp();
    private readonly Lock gate = new();
    private TimeSpan paidUntil = -Burst;

    /// <summary>Returns when these bytes, which have arrived, are paid for; the next ones are not read before.</summary>
    public async Task TakeAsync(int bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond > 0 && Spend(bytes) is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken);
        }
    }

    private TimeSpan Spend(int bytes)
    {
        lock (gate)
        {
            var now = time.GetElapsedTime(start);
            var from = now - Burst > paidUntil ? now - Burst : paidUntil;
            paidUntil = from + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
            return paidUntil - now;
        }
    }
}
