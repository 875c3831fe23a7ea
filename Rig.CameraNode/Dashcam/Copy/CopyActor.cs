using System.Diagnostics;
using Rig.CameraNode.Dashcam.Mounts;
using Rig.CameraNode.Dashcam.Usb;

namespace Rig.CameraNode.Dashcam.Copy;

internal static class CopyProtocol
{
    internal sealed record StartCopy(long Id, CameraDevice Device);

    internal sealed record CancelCopy(long Id);

    internal sealed record UnmountLeft(long Id);

    /// <summary>At most twice a second.</summary>
    internal sealed record CopyWorks(long Id, CopyReport Report);

    internal sealed record CopyDone(long Id, CopyReport Report, bool Unmounted);

    /// <param name="Problems">What is still mounted; empty: nothing is.</param>
    internal sealed record LeftUnmounted(long Id, IReadOnlyList<string> Problems);
}

/// <summary>Copies from a mounted volume; blocks its thread.</summary>
internal interface ICopier
{
    CopyReport Run(string root, Action<CopyReport> onProgress, CancellationToken cancellationToken);
}

/// <summary>Mounts the camera's volume, copies, and unmounts whatever happened.</summary>
internal sealed class CopyActor : ReceiveActor
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(500);

    private readonly IMounts mounts;
    private readonly ICopier copier;
    private (long Id, CancellationTokenSource Stop)? running;

    public CopyActor(IMounts mounts, ICopier copier)
    {
        (this.mounts, this.copier) = (mounts, copier);
        Receive<CopyProtocol.StartCopy>(order =>
        {
            running?.Stop.Cancel();
            var stop = new CancellationTokenSource();
            running = (order.Id, stop);
            var asker = Sender;
            CopyAsync(order.Device, report => asker.Tell(new CopyProtocol.CopyWorks(order.Id, report)), stop.Token)
                .PipeTo(asker, Self, success: done => new CopyProtocol.CopyDone(order.Id, done.Report, done.Unmounted));
        });
        Receive<CopyProtocol.CancelCopy>(cancel =>
        {
            if (running is { } one && one.Id == cancel.Id)
            {
                one.Stop.Cancel();
            }
        });
        Receive<CopyProtocol.UnmountLeft>(order => UnmountAsync().PipeTo(
            Sender, Self,
            success: problems => new CopyProtocol.LeftUnmounted(order.Id, problems),
            failure: cause => new CopyProtocol.LeftUnmounted(order.Id, [cause.Message])));
    }

    internal static Props PropsOf(IMounts mounts, ICopier copier) => Props.Create(() => new CopyActor(mounts, copier));

    protected override void PostStop() => running?.Stop.Cancel();

    private async Task<(CopyReport Report, bool Unmounted)> CopyAsync(CameraDevice device, Action<CopyReport> onProgress, CancellationToken cancellationToken)
    {
        CopyReport report;
        try
        {
            var root = await mounts.MountAsync(device, cancellationToken);
            report = await Task.Factory.StartNew(
                () => copier.Run(root, Seldom(onProgress), cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (Exception e)
        {
            // Whatever it was: the volume is unmounted, and the failure told.
            report = new CopyReport { Failure = e is OperationCanceledException ? "The copy was ended before its time." : e.Message };
        }

        var problems = await UnmountAsync();
        return (problems.Count == 0 ? report : report with { Problems = [.. report.Problems, .. problems] }, problems.Count == 0);
    }

    private async Task<IReadOnlyList<string>> UnmountAsync()
    {
        try
        {
            return await mounts.UnmountAllAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [$"The camera's volume cannot be unmounted: {e.Message}"];
        }
    }

    private static Action<CopyReport> Seldom(Action<CopyReport> onProgress)
    {
        var last = 0L;
        return report =>
        {
            if (last == 0 || Stopwatch.GetElapsedTime(last) >= ProgressInterval)
            {
                last = Stopwatch.GetTimestamp();
                onProgress(report);
            }
        };
    }
}
