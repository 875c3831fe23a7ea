using System.Collections.Concurrent;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Capture.Live;

/// <summary>
/// The capture process's own thread with a camera that delivers by itself: previews while idle, and in a take every picture the
/// camera gives. A camera that fails or falls silent is opened again within the same take; the slots it missed are counted with
/// their cause.
/// </summary>
internal sealed class LiveCaptureLoop : IDisposable
{
    /// <summary>A camera that is silent for longer has stalled.</summary>
    internal const long StallNs = 500_000_000;

    private const long PreviewIntervalNs = 500_000_000;
    private const long TellIntervalNs = 500_000_000;
    private static readonly TimeSpan PictureInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ReopenInterval = TimeSpan.FromMilliseconds(100);

    private readonly Func<ILiveSource> open;
    private readonly EncodingPipeline encoder;
    private readonly CaptureOutput output;
    private readonly PreviewSender? preview;
    private readonly TimeProvider clock;
    private readonly PictureLayout layout;
    private readonly long periodNs;
    private readonly Yuv420Frame previewPicture;
    private readonly BlockingCollection<object> commands = [];
    private ILiveSource? source;
    private RunningTake? take;
    private bool shuttingDown;
    private string? lostCause;
    private long lastPictureNs;
    private long nextPreviewNs;
    private long nextTellNs;

    /// <param name="open">Opens the camera; called again after a fault.</param>
    /// <param name="source">The camera, open for the first time.</param>
    internal LiveCaptureLoop(Func<ILiveSource> open, ILiveSource source, EncodingPipeline encoder, CaptureOutput output, PreviewSender? preview, TimeProvider clock)
    {
        (this.open, this.source, this.encoder, this.output, this.preview, this.clock) = (open, source, encoder, output, preview, clock);
        (layout, periodNs) = (source.Layout, source.FrameDurationNs);
        previewPicture = new Yuv420Frame(layout.Width, layout.Height);
        lastPictureNs = MonotonicClock.NowNs;
    }

    /// <summary>Accepts <see cref="StartCaptureTake"/>, <see cref="StopCaptureTake"/> and <see cref="ShutdownCapture"/>, from any thread.</summary>
    internal void Post(object command) => commands.Add(command);

    public void Dispose()
    {
        source?.Dispose();
        commands.Dispose();
    }

    /// <summary>Runs until told to shut down; a take that was told to stop is ended by its stop before.</summary>
    internal void Run()
    {
        while (true)
        {
            Obey(TimeSpan.Zero);
            if (shuttingDown && take is not { StopNs: < long.MaxValue })
            {
                break;
            }

            if (source is null)
            {
                Reopen();
            }

            if (source is not null)
            {
                TakePicture(source);
            }

            if (take is { } running && MonotonicClock.NowNs - StallNs > running.StopNs)
            {
                EndTake(running);
            }
        }

        if (take is { } last)
        {
            EndTake(last);
        }
    }

    private void Obey(TimeSpan timeout)
    {
        while (commands.TryTake(out var command, timeout))
        {
            switch (command)
            {
                case ShutdownCapture:
                    shuttingDown = true;
                    break;
                case StartCaptureTake start when take is null:
                    encoder.Begin();
                    lostCause = source is null ? lostCause : null;
                    take = new RunningTake(start.RecordingId, new LiveNumbering(start.StartMonotonicNs, periodNs, start.After));
                    break;
                case StopCaptureTake stop when take?.Id == stop.RecordingId:
                    take.StopNs = stop.StopMonotonicNs;
                    break;
            }

            timeout = TimeSpan.Zero;
        }
    }

    private void TakePicture(ILiveSource camera)
    {
        try
        {
            if (camera.TryTake(PictureInterval) is { } picture)
            {
                lastPictureNs = MonotonicClock.NowNs;
                Serve(picture);
            }
            else if (MonotonicClock.NowNs - lastPictureNs > StallNs)
            {
                throw new CameraFaultException(DropCause.CameraStalled, $"{camera.Model} delivered no picture for half a second.");
            }
        }
        catch (CameraFaultException e)
        {
            Lose(e.Cause, e.Message);
        }
    }

    private void Serve(LivePicture picture)
    {
        var lent = false;
        try
        {
            if (take is not { } running)
            {
                Show(picture);
            }
            else if (picture.MonotonicNs >= running.StopNs)
            {
                EndTake(running);
            }
            else
            {
                lent = Record(running, picture);
            }
        }
        catch (InvalidDataException e)
        {
            // A damaged picture's number is taken, so its slot is free and counted.
            Console.Error.WriteLine(e.Message);
        }
        finally
        {
            if (!lent)
            {
                picture.Release();
            }
        }
    }

    /// <returns>The encoder has the picture and releases it.</returns>
    private bool Record(RunningTake running, LivePicture picture)
    {
        var before = running.Numbering.Last?.Number ?? -1;
        if (running.Numbering.Next(picture.Sequence, picture.MonotonicNs) is not var (number, cause))
        {
            Show(picture);
            return false;
        }

        for (var missed = before + 1; missed < number; missed++)
        {
            output.Drop(missed, lostCause ?? cause ?? DropCause.SourceLate);
        }

        lostCause = null;
        var wallNs = MonotonicClock.WallNowNs(clock) - (MonotonicClock.NowNs - picture.MonotonicNs);
        var slot = new EncodingPipeline.Slot(number, picture.MonotonicNs, wallNs);
        if (encoder.TakesLent && picture.DmaBuf >= 0)
        {
            Show(picture);
            encoder.Submit(slot, picture);
            return true;
        }

        if (encoder.TryRent(TimeSpan.FromMilliseconds(100)) is not { } frame)
        {
            output.Drop(number, DropCause.EncoderBehind);
            return false;
        }

        try
        {
            picture.CopyTo(frame);
        }
        catch (InvalidDataException)
        {
            encoder.Return(frame);
            output.Drop(number, DropCause.DriverDropped);
            throw;
        }

        if (PreviewIsDue())
        {
            preview?.Offer(frame);
        }

        encoder.Submit(slot, frame);
        return false;
    }

    private void Show(LivePicture picture)
    {
        if (PreviewIsDue() && preview is not null)
        {
            picture.CopyTo(previewPicture);
            preview.Offer(previewPicture);
        }
    }

    private bool PreviewIsDue()
    {
        var now = MonotonicClock.NowNs;
        if (now < nextPreviewNs)
        {
            return false;
        }

        nextPreviewNs = now + PreviewIntervalNs;
        return true;
    }

    private void EndTake(RunningTake ending)
    {
        encoder.Finish();
        var stopNs = Math.Min(ending.StopNs, MonotonicClock.NowNs);
        output.SendTakeEnded(new CaptureTakeEnded(ending.Id, ending.Numbering.SlotsUntil(stopNs), null));
        take = null;

        // The encoder may have taken seconds to end; the camera's silence meanwhile was ours.
        lastPictureNs = MonotonicClock.NowNs;
    }

    private void Lose(string cause, string message)
    {
        Console.Error.WriteLine(message);
        source?.Dispose();
        source = null;
        lostCause = cause;
        nextTellNs = 0;
        Tell(cause, message);
    }

    /// <summary>Tries once, and after a failure waits a little for commands.</summary>
    private void Reopen()
    {
        try
        {
            source = open();
            if (source.Layout != layout)
            {
                throw new InvalidOperationException($"{source.Model} came back with another picture format; capture starts again.");
            }

            take?.Numbering.Reopened();
            lastPictureNs = MonotonicClock.NowNs;
            output.Send(CaptureMessageType.Camera, new CaptureCameraState(true, null, null), CaptureJson.Default.CaptureCameraState);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            Tell(lostCause ?? DropCause.CameraGone, e.Message);
            Obey(ReopenInterval);
        }
    }

    private void Tell(string cause, string message)
    {
        var now = MonotonicClock.NowNs;
        if (now >= nextTellNs)
        {
            nextTellNs = now + TellIntervalNs;
            output.Send(CaptureMessageType.Camera, new CaptureCameraState(false, cause, message), CaptureJson.Default.CaptureCameraState);
        }
    }

    private sealed record RunningTake(string Id, LiveNumbering Numbering)
    {
        internal long StopNs { get; set; } = long.MaxValue;
    }
}
