namespace Rig.CameraNode.Dashcam.Upload;

internal static class UploadProtocol
{
    internal sealed record StartUpload(long Id);

    internal sealed record CancelUpload(long Id);

    internal sealed record UploadWorks(long Id, UploadReport Report);

    internal sealed record UploadDone(long Id, UploadReport Report);

    /// <summary>Deletes what was verified so many days ago.</summary>
    internal sealed record CleanUp;
}

/// <summary>Uploads what is staged.</summary>
internal interface IUploader
{
    Task<UploadReport> RunAsync(Action<UploadReport> onProgress, CancellationToken cancellationToken);

    void CleanUp();
}

/// <summary>Runs one upload at a time.</summary>
internal sealed class UploadActor : ReceiveActor
{
    private readonly IUploader uploader;
    private (long Id, CancellationTokenSource Stop)? running;

    public UploadActor(IUploader uploader)
    {
        this.uploader = uploader;
        var log = Context.GetLogger();
        Receive<UploadProtocol.StartUpload>(order =>
        {
            running?.Stop.Cancel();
            var stop = new CancellationTokenSource();
            running = (order.Id, stop);
            var asker = Sender;
            Task.Run(() => this.uploader.RunAsync(report => asker.Tell(new UploadProtocol.UploadWorks(order.Id, report)), stop.Token)).PipeTo(
                Self, asker,
                success: report => new UploadProtocol.UploadDone(order.Id, report),
                failure: cause => new UploadProtocol.UploadDone(order.Id, new UploadReport(0, 0, 1, cause.Message)));
        });
        Receive<UploadProtocol.UploadDone>(done =>
        {
            running = running is { } one && one.Id == done.Id ? null : running;
            Sender.Tell(done);
        });
        Receive<UploadProtocol.CancelUpload>(cancel =>
        {
            if (running is { } one && one.Id == cancel.Id)
            {
                one.Stop.Cancel();
            }
        });
        // An upload cleans up after itself.
        Receive<UploadProtocol.CleanUp>(_ => running is null, _ =>
        {
            try
            {
                this.uploader.CleanUp();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.Warning("Files that were verified long ago cannot be deleted: {0}", e.Message);
            }
        });
        Receive<UploadProtocol.CleanUp>(_ => { });
    }

    internal static Props PropsOf(IUploader uploader) => Props.Create(() => new UploadActor(uploader));

    protected override void PostStop() => running?.Stop.Cancel();
}
