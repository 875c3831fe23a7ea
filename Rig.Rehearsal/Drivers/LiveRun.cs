using Rig.CameraNode.Capture;
using Rig.CameraNode.Capture.Live;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;
using Rig.CameraNode.Storage;
using Rig.Domain.Recordings;

namespace Rig.Rehearsal.Drivers;

/// <summary>What came of one take.</summary>
/// <param name="Dropped">Empty slots by cause.</param>
/// <param name="Gaps">As the manifest would have them.</param>
internal sealed record LiveRunResult(
    IReadOnlyList<EncodedFrame> Frames, IReadOnlyDictionary<string, long> Dropped, long Slots, IReadOnlyList<ManifestGap> Gaps, IReadOnlyList<CaptureCameraState> CameraStates)
{
    internal long DroppedFrames => Dropped.Values.Sum();

    /// <summary>Each slot has its frame or was told as dropped, and numbers and stamps rise.</summary>
    internal bool IsAccounted =>
        Frames.Count + DroppedFrames == Slots && Frames.Zip(Frames.Skip(1)).All(pair => pair.First.Number < pair.Second.Number && pair.First.MonotonicNs < pair.Second.MonotonicNs);
}

/// <summary>
/// One take of a live camera through capture loop, encoder and capture protocol, without a node: the drivers' self-test and the
/// tests of camera faults look at what it would have recorded.
/// </summary>
internal sealed class LiveRun : IDisposable
{
    private const string RecordingId = "SELFTEST";
    private readonly MemoryStream said = new();
    private readonly EncodingPipeline pipeline;
    private readonly LiveCaptureLoop loop;
    private readonly Thread thread;
    private readonly long periodNs;
    private readonly object gate = new();
    private long frames;
    private Exception? failure;
    private string? lastDropped;

    internal LiveRun(Func<ILiveSource> open, EncoderSettings settings, Func<PictureLayout, Func<IVideoEncoder>> encoders)
    {
        var source = open();
        periodNs = source.FrameDurationNs;
        var output = new CaptureOutput(said);
        pipeline = new EncodingPipeline(
            settings, encoders(source.Layout),
            frame =>
            {
                output.SendFrame(frame);
                lock (gate)
                {
                    frames++;
                    Monitor.PulseAll(gate);
                }
            },
            (slot, cause) =>
            {
                output.Drop(slot, cause);
                lock (gate)
                {
                    lastDropped = $"Slot {slot} was dropped: {cause}.";
                }
            });
        loop = new LiveCaptureLoop(open, source, pipeline, output, null, TimeProvider.System);
        thread = new Thread(Run) { IsBackground = true, Name = "live run" };
        thread.Start();
    }

    /// <summary>Pictures go to the encoder without a copy.</summary>
    internal bool TakesLent => pipeline.TakesLent;

    internal long Frames
    {
        get
        {
            lock (gate)
            {
                return frames;
            }
        }
    }

    /// <param name="after">The last frame of an earlier process, as after a restart in mid-take.</param>
    internal void Start((long Number, long MonotonicNs)? after = null) =>
        loop.Post(new StartCaptureTake(RecordingId, MonotonicClock.NowNs + 100_000_000, TimeProvider.System.GetUtcNow(), "", TimeProvider.System.GetUtcNow(), MonotonicClock.NowNs, after?.Number, after?.MonotonicNs));

    /// <summary>Waits until so many frames are encoded since the start.</summary>
    /// <exception cref="TimeoutException">They did not come.</exception>
    internal void WaitForFrames(long count, TimeSpan timeout)
    {
        var deadline = MonotonicClock.NowNs + (long)(timeout.TotalMilliseconds * 1e6);
        lock (gate)
        {
            while (frames < count)
            {
                var left = TimeSpan.FromMilliseconds((deadline - MonotonicClock.NowNs) / 1e6);
                if (failure is not null || left <= TimeSpan.Zero || !Monitor.Wait(gate, left))
                {
                    throw new TimeoutException($"{frames} of {count} frames came. {failure?.Message ?? lastDropped}");
                }
            }
        }
    }

    /// <summary>Ends the take now and tells what it holds.</summary>
    /// <exception cref="InvalidOperationException">The capture loop failed.</exception>
    internal LiveRunResult Stop()
    {
        loop.Post(new StopCaptureTake(RecordingId, MonotonicClock.NowNs));
        loop.Post(new ShutdownCapture());
        thread.Join();
        return failure is null ? Read() : throw new InvalidOperationException(failure.Message, failure);
    }

    public void Dispose()
    {
        loop.Post(new ShutdownCapture());
        thread.Join();
        loop.Dispose();
        pipeline.Dispose();
        said.Dispose();
    }

    private void Run()
    {
        try
        {
            loop.Run();
        }
        catch (Exception e)
        {
            lock (gate)
            {
                failure = e;
                Monitor.PulseAll(gate);
            }
        }
    }

    private LiveRunResult Read()
    {
        said.Position = 0;
        var (encoded, dropped, states) = (new List<EncodedFrame>(), new Dictionary<string, long>(), new List<CaptureCameraState>());
        var timeline = new TakeTimeline(periodNs);
        var reason = TakeTimeline.UnknownReason;
        var (slots, buffer) = (0L, new byte[1 << 16]);
        while (CaptureWire.Read(said, ref buffer) is { } message)
        {
            switch (message.Type)
            {
                case CaptureMessageType.Frame:
                    var frame = message.Frame();
                    encoded.Add(frame with { Data = frame.Data.ToArray() });
                    timeline.Add(frame.Number, frame.MonotonicNs, reason);
                    reason = TakeTimeline.UnknownReason;
                    break;
                case CaptureMessageType.Dropped:
                    var lost = message.Json(CaptureJson.Default.CaptureDropped);
                    dropped[lost.Cause] = dropped.GetValueOrDefault(lost.Cause) + lost.Count;
                    reason = lost.Cause;
                    break;
                case CaptureMessageType.Camera:
                    states.Add(message.Json(CaptureJson.Default.CaptureCameraState));
                    break;
                case CaptureMessageType.TakeEnded:
                    slots = message.Json(CaptureJson.Default.CaptureTakeEnded).Slots;
                    break;
            }
        }

        return new LiveRunResult(encoded, dropped, slots, timeline.Gaps, states);
    }
}
