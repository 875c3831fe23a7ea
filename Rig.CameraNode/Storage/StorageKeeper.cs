using Microsoft.Extensions.Options;
using Rig.Actors.Recording;

namespace Rig.CameraNode.Storage;

/// <summary>Keeps an eye on the disk, and makes room by deleting confirmed takes when space runs short.</summary>
internal sealed class StorageKeeper(
    RecordingCatalogue catalogue, IOptions<StorageOptions> options, TimeProvider clock, ILogger<StorageKeeper> logger, IServiceProvider services) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private const int WriteTestEvery = 12;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        for (var round = 1; await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false); round++)
        {
            try
            {
                catalogue.Refresh(testWriting: round % WriteTestEvery == 0, RunningMbps(services.GetService<ICamera>()?.Status.Take));
                MakeRoom();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                logger.LogError(e, "Room could not be made on the disk");
            }
        }
    }

    /// <summary>The bitrate of a take that runs long enough to tell; encoders do not keep exactly to what they are told.</summary>
    internal static double? RunningMbps(TakeProgress? take) => take is { DurationSec: > 30 } ? take.SizeBytes * 8 / take.DurationSec / 1e6 : null;

    internal void MakeRoom()
    {
        if (options.Value.DeleteAfterConfirm)
        {
            // What a death between a receipt and the deletion that follows it left behind.
            foreach (var entry in catalogue.List().Where(e => e.ConfirmedAt is not null))
            {
                catalogue.DeleteConfirmed(entry.Id);
            }
        }

        var status = catalogue.Status;
        if (!options.Value.AutoDeleteOffloaded || status.FreeBytes >= status.ReserveBytes)
        {
            return;
        }

        foreach (var entry in RetentionPolicy.Choose(catalogue.List(), status.FreeBytes, status.ReserveBytes))
        {
            catalogue.DeleteConfirmed(entry.Id);
        }
    }
}
