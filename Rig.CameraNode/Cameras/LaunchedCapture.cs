using Rig.Actors.Recording;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;

namespace Rig.CameraNode.Cameras;

/// <summary>
/// One running capture process. On its reading thread frames go straight into the open take's queue and previews to the feed; the rest are
/// events for the actors.
/// </summary>
/// <param name="take">The take that is open now; null when none was opened yet.</param>
internal sealed class LaunchedCapture(CaptureProcess process, Func<CameraTake?> take, PreviewFeed previews, RecorderMetrics metrics, TimeProvider clock) : ICapture
{
    private readonly TaskCompletionSource<string> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool isTold;
    private long previewNs;

    public long PreviewNs => Volatile.Read(ref previewNs);

    public Task<string> Exited => exited.Task;

    internal int ProcessId => process.ProcessId;

    public void Listen(Action<CaptureEvent> tell) => process.BeginRead(message => OnMessage(message, tell), OnExited);

    public void Begin(TakeStart start)
    {
        if (take() is { } open && open.Id == start.Id)
        {
            process.Send(CaptureMessageType.StartTake, open.Order(start, clock), CaptureJson.Default.StartCaptureTake);
        }
    }

    public void Stop(TakeId id, long stopNs) => process.Send(CaptureMessageType.StopTake, new StopCaptureTake(id.ToString(), stopNs), CaptureJson.Default.StopCaptureTake);

    public void Shutdown()
    {
        isTold = true;
        process.Shutdown();
    }

    public void Kill() => Task.Run(process.Kill);

    private void OnExited(string why)
    {
        if (!isTold)
        {
            metrics.CaptureRestarts.Inc();
        }

        process.Dispose();
        exited.TrySetResult(why);
    }

    private void OnMessage(CaptureMessage message, Action<CaptureEvent> tell)
    {
        switch (message.Type)
        {
            case CaptureMessageType.Frame:
                take()?.Accept(message.Frame());
                break;
            case CaptureMessageType.Dropped:
                var lost = message.Json(CaptureJson.Default.CaptureDropped);
                metrics.DroppedFrames.WithLabels(lost.Cause).Inc(lost.Count);
                take()?.NoteMissing(lost.Cause);
                break;
            case CaptureMessageType.Preview:
                Volatile.Write(ref previewNs, MonotonicClock.NowNs);
                previews.Newest = new PreviewPicture(message.Body.ToArray(), clock.GetUtcNow());
                break;
            case CaptureMessageType.Hello:
                var hello = message.Json(CaptureJson.Default.CaptureHello);
                if (hello.Version != CaptureWire.Version)
                {
                    throw new InvalidDataException($"The capture process speaks version {hello.Version} of the protocol and this node {CaptureWire.Version}; restart the node.");
                }

                break;
            case CaptureMessageType.Ready:
                var mode = message.Json(CaptureJson.Default.CaptureReady);
                tell(new CaptureEvent.Ready(new CaptureMode(mode.Model, mode.Width, mode.Height, mode.Fps, mode.Codec, mode.Encoder, mode.Fallback, mode.Lens)));
                break;
            case CaptureMessageType.Camera:
                var state = message.Json(CaptureJson.Default.CaptureCameraState);
                tell(state.Present ? new CaptureEvent.CameraFound() : new CaptureEvent.CameraLost(state.Cause ?? DropCause.CameraFault, state.Message ?? ""));
                break;
            case CaptureMessageType.TakeEnded:
                var ended = message.Json(CaptureJson.Default.CaptureTakeEnded);
                if (TakeId.TryParse(ended.RecordingId, out var id))
                {
                    tell(new CaptureEvent.TakeEnded(id, ended.Slots, ended.Failure));
                }

                break;
            case CaptureMessageType.Error:
                tell(new CaptureEvent.Trouble(message.Json(CaptureJson.Default.CaptureError).Message));
                break;
            default:
                throw new InvalidDataException($"A capture process does not send {message.Type}.");
        }
    }
}
