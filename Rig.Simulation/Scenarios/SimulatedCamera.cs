using Rig.Actors.Recording;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios;

/// <summary>
/// The camera port of one process: opens in a moment, takes its first frame when the machine's clock says so, and says that it
/// records once that is on disk. What it does is entered in the machine's <see cref="TakeLedger"/>, which outlives the process.
/// </summary>
internal sealed class SimulatedCamera(SimulatedProcess process, TakeLedger ledger, bool ignoresOffset) : ICamera
{
    private static readonly TimeSpan LongestOpening = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan LongestFlush = TimeSpan.FromMilliseconds(300);

    private TakeProgress? take;

    public event Action<TakeSealed>? TakeEnded;

    public CameraStatus Status => new(true, "Simulated", 1920, 1080, TakeLedger.Fps, "h264", 6, null, take);

    public PreviewPicture? Preview => null;

    private SimulatedWorld World => process.Machine.World;

    public async Task<TakeStarted> StartTakeAsync(TakeRequest request, CancellationToken cancellationToken)
    {
        ledger.Opened(request.Id);
        await Task.Delay(World.Between(TimeSpan.Zero, LongestOpening), process.Time, cancellationToken);
        var startAt = ignoresOffset ? request.ScheduledStartMaster : request.StartAt;
        await UntilAsync(startAt, cancellationToken);

        var firstFrame = process.Time.GetUtcNow();
        ledger.Began(request.Id);
        take = new TakeProgress(request.Id, $"/v/{request.Id}.mp4", firstFrame, 0, 8, 0, 1000);
        await Task.Delay(World.Between(TimeSpan.Zero, LongestFlush), process.Time, cancellationToken);
        return new TakeStarted(request.Id, firstFrame.AddMilliseconds(-(request.ClockOffsetMs ?? 0)), take.FilePath);
    }

    public async Task<TakeSealed> StopTakeAsync(RecordingId id, DateTimeOffset stopAt, CancellationToken cancellationToken)
    {
        if (take?.Id != id)
        {
            throw new TakeFailedException($"There is no take {id}.");
        }

        await UntilAsync(stopAt, cancellationToken);
        await Task.Delay(World.Between(TimeSpan.Zero, LongestFlush), process.Time, cancellationToken);
        take = null;
        return ledger.Ended(id, TakeEndReason.Stopped);
    }

    // Task.Delay knows whole milliseconds only and does not wait at all for a part of one.
    private async Task UntilAsync(DateTimeOffset instant, CancellationToken cancellationToken)
    {
        if (instant - process.Time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), process.Time, cancellationToken);
        }
    }

    /// <summary>The take ends without an order, as when the disk is full.</summary>
    public void EndTake(string reason)
    {
        if (take is { } running)
        {
            take = null;
            TakeEnded?.Invoke(ledger.Ended(running.Id, reason));
        }
    }
}
