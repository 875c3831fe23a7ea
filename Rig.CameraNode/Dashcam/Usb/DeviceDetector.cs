using Rig.CameraNode.Dashcam.Config;

namespace Rig.CameraNode.Dashcam.Usb;

internal static class DetectorProtocol
{
    internal sealed record FindCamera(long Id);

    internal sealed record CancelFind(long Id);

    /// <param name="Device">Null: none came within the time, or the search was cancelled.</param>
    internal sealed record CameraSought(long Id, CameraDevice? Device);
}

/// <summary>Waits for the camera's block device.</summary>
internal interface ICameraSearch
{
    /// <returns>Null: none came within the time.</returns>
    Task<CameraDevice?> FindAsync(CancellationToken cancellationToken);
}

/// <summary>Looks whenever the kernel tells of a device, and twice a second.</summary>
internal sealed class SysfsSearch(DashcamConfig config, TimeProvider time) : ICameraSearch
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    public Task<CameraDevice?> FindAsync(CancellationToken cancellationToken)
    {
        var scan = new DeviceScan(config);
        var timeout = TimeSpan.FromSeconds(config.Poll.MountTimeoutSeconds);
        var begin = time.GetTimestamp();

        // A thread of its own: it blocks.
        return Task.Factory.StartNew(
            () =>
            {
                using var events = new Uevents();
                while (true)
                {
                    if (scan.Find() is { } device)
                    {
                        return device;
                    }

                    var left = timeout - time.GetElapsedTime(begin);
                    if (left <= TimeSpan.Zero || cancellationToken.IsCancellationRequested)
                    {
                        return null;
                    }

                    events.Wait(left < LookAgain ? left : LookAgain);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}

/// <summary>Searches for the camera, one search at a time; a new one ends the one before.</summary>
internal sealed class DeviceDetector : ReceiveActor
{
    private readonly ICameraSearch search;
    private (long Id, CancellationTokenSource Stop)? running;

    public DeviceDetector(ICameraSearch search)
    {
        this.search = search;
        Receive<DetectorProtocol.FindCamera>(ask =>
        {
            running?.Stop.Cancel();
            var stop = new CancellationTokenSource();
            running = (ask.Id, stop);
            this.search.FindAsync(stop.Token).PipeTo(
                Sender, Self,
                success: device => new DetectorProtocol.CameraSought(ask.Id, device),
                failure: _ => new DetectorProtocol.CameraSought(ask.Id, null));
        });
        Receive<DetectorProtocol.CancelFind>(cancel =>
        {
            if (running is { } one && one.Id == cancel.Id)
            {
                one.Stop.Cancel();
            }
        });
    }

    internal static Props PropsOf(ICameraSearch search) => Props.Create(() => new DeviceDetector(search));

    protected override void PostStop() => running?.Stop.Cancel();
}
