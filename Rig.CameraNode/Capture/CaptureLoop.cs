using System.Collections.Concurrent;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Capture;

/// <summary>
/// The capture process's own thread: draws previews while idle, and in a take a picture for each time slot. A slot that cannot
/// be served within <see cref="MaxLatenessNs"/> stays empty and is counted; the slots after it keep their instants.
/// </summary>
internal sealed class CaptureLoop(IFrameSource source, EncodingPipeline encoder, CaptureOutput output, PreviewSender preview, TimeProvider clock) : IDisposable
{
    /// <summary>
    /// These sources can draw a slot's picture after its instant, as a real camera's driver holds a few pictures back; further
    /// behind than this a slot is given up.
    /// </summary>
    internal const long MaxLatenessNs = 2_000_000_000;

    private const long PreviewIntervalNs = 500_000_000;

    /// <summary>Commands are looked at this often while waiting for a slot far ahead.</summary>
    private const long CommandIntervalNs = 20_000_000;

    private readonly BlockingCollection<object> commands = [];
    private readonly Yuv420Frame idlePicture = new(source.Width, source.Height);
    private long nextPreviewNs;

    /// <summary>Accepts <see cref="StartCaptureTake"/>, <see cref="StopCaptureTake"/> and <see cref="ShutdownCapture"/>, from any thread.</summary>
    internal void Post(object command) => commands.Add(command);

    public void Dispose() => commands.Dispose();

    /// <summary>Runs until told to shut down.</summary>
    internal void Run()
    {
        while (true)
        {
            var waitNs = nextPreviewNs - MonotonicClock.NowNs;
            if (commands.TryTake(out var command, TimeSpan.FromMilliseconds(Math.Max(0, waitNs / 1e6))))
            {
                if (command is ShutdownCapture || (command is StartCaptureTake start && !RunTake(start)))
                {
                    return;
                }
            }
            else
            {
                source.Fill(idlePicture, null);
                OfferPreview(idlePicture);
            }
        }
    }

    /// <returns>False when the process was told to shut down.</returns>
    private bool RunTake(StartCaptureTake start)
    {
        var slots = new FrameSlots(start.StartMonotonicNs, source.Fps);
        encoder.Begin();
        source.BeginTake(start.TruthPath, start.MatchZeroMaster);
        var stopNs = long.MaxValue;
        var goOn = true;
        string? failure = null;
        var slot = slots.FirstAtOrAfter(MonotonicClock.NowNs);
        for (; slots.DueNs(slot) < stopNs; slot++)
        {
            if (!WaitFor(slots.DueNs(slot), start.RecordingId, ref stopNs))
            {
                goOn = false;
                break;
            }

            if (slots.DueNs(slot) >= stopNs)
            {
                break;
            }

            try
            {
                Serve(slots, slot, start);
            }
            catch (EndOfStreamException e)
            {
                failure = e.Message;
                break;
            }
        }

        encoder.Finish();
        source.EndTake();
        // A process that took the take up after its stop begins beyond its last slot.
        var count = stopNs == long.MaxValue ? slot : Math.Min(slot, slots.FirstAtOrAfter(stopNs));
        output.SendTakeEnded(new CaptureTakeEnded(start.RecordingId, count, failure));
        return goOn;
    }

    private void Serve(FrameSlots slots, long slot, StartCaptureTake start)
    {
        var dueNs = slots.DueNs(slot);
        if (MonotonicClock.NowNs - dueNs > MaxLatenessNs)
        {
            output.Drop(slot, DropCause.SourceLate);
            return;
        }

        var timeout = TimeSpan.FromMilliseconds(Math.Max(0, (dueNs + MaxLatenessNs - MonotonicClock.NowNs) / 1e6));
        if (encoder.TryRent(timeout) is not { } picture)
        {
            output.Drop(slot, DropCause.EncoderBehind);
            return;
        }

        source.Fill(picture, TimeSpan.FromTicks((dueNs - start.MatchZeroMonotonicNs) / 100));
        OfferPreview(picture);
        var wallNs = MonotonicClock.WallNowNs(clock) - (MonotonicClock.NowNs - dueNs);
        encoder.Submit(new EncodingPipeline.Slot(slot, dueNs, wallNs), picture);
    }

    /// <returns>False when the process was told to shut down.</returns>
    private bool WaitFor(long dueNs, string takeId, ref long stopNs)
    {
        while (true)
        {
            while (commands.TryTake(out var command))
            {
                switch (command)
                {
                    case ShutdownCapture:
                        return false;
                    case StopCaptureTake stop when stop.RecordingId == takeId:
                        stopNs = stop.StopMonotonicNs;
                        break;
                }
            }

            var now = MonotonicClock.NowNs;
            if (now >= dueNs || dueNs >= stopNs)
            {
                return true;
            }

            Posix.SleepUntil(Math.Min(dueNs, now + CommandIntervalNs));
        }
    }

    private void OfferPreview(Yuv420Frame picture)
    {
        var now = MonotonicClock.NowNs;
        if (now >= nextPreviewNs)
        {
            nextPreviewNs = now + PreviewIntervalNs;
            preview.Offer(picture);
        }
    }
}

internal sealed record ShutdownCapture;
