using Rig.Actors.Recording;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Native;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Cameras;

/// <summary>
/// The take that runs now: what was asked, its writer, and who waits for its start and end. Frames come in on the capture
/// reader's thread; everything else belongs to the camera's own loop.
/// </summary>
internal sealed class CameraTake(TakeRequest request, long startNs, long matchZeroNs, TakeWriter writer, TaskCompletionSource<TakeStarted> started)
{
    private string reasonForMissing = TakeTimeline.UnknownReason;
    private long lastNumber = -1;
    private long lastFrameNs;
    private long lastFrameAtNs;

    internal RecordingId Id => request.Id;

    internal TakeWriter Writer => writer;

    internal TaskCompletionSource<TakeStarted> Started => started;

    /// <summary>Completes when the take is sealed, or could not be, and the catalogue knows.</summary>
    internal TaskCompletionSource Settled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal List<TaskCompletionSource<TakeSealed>> Stopping { get; } = [];

    internal long StartNs => startNs;

    internal long? StopNs { get; set; }

    internal string EndReason { get; set; } = TakeEndReason.Stopped;

    /// <summary>Nothing more is expected from the capture process; the writer is finishing.</summary>
    internal bool IsFinishing { get; set; }

    /// <summary>How often a capture process took this take up.</summary>
    internal int Runs { get; private set; }

    /// <summary>When a frame last came; the start's instant before the first.</summary>
    internal long LastFrameAtNs => Math.Max(startNs, Volatile.Read(ref lastFrameAtNs));

    /// <summary>What a capture process must know to begin the take, or to go on with it. No other process delivers frames meanwhile.</summary>
    internal StartCaptureTake Order(TimeProvider clock)
    {
        Runs++;

        // A source starts its truth file anew, so one that goes on must not overwrite what its predecessor wrote.
        var truth = Runs == 1 ? writer.Paths.Truth : $"{writer.Paths.Truth}.{Runs}";
        var startWall = clock.GetUtcNow().AddTicks((startNs - MonotonicClock.NowNs) / 100);
        return new StartCaptureTake(Id.ToString(), startNs, startWall, truth, request.ScheduledStartMaster, matchZeroNs, lastNumber < 0 ? null : lastNumber, lastNumber < 0 ? null : lastFrameNs);
    }

    internal void Accept(in EncodedFrame frame)
    {
        Volatile.Write(ref lastFrameAtNs, MonotonicClock.NowNs);
        if (frame.Number <= lastNumber)
        {
            return;
        }

        (lastNumber, lastFrameNs) = (frame.Number, frame.MonotonicNs);
        writer.Enqueue(frame, reasonForMissing);
        Volatile.Write(ref reasonForMissing, TakeTimeline.UnknownReason);
    }

    internal void NoteMissing(string cause) => Volatile.Write(ref reasonForMissing, cause);

    /// <param name="slots">As the capture process counted them. One that did not end the take counted none.</param>
    internal void Finish(string reason, long? slots = null)
    {
        if (!IsFinishing)
        {
            IsFinishing = true;
            writer.Finish(reason, slots, StopNs);
        }
    }

    internal TakeProgress Progress(int fps)
    {
        var frames = writer.Frames;
        return new TakeProgress(
            Id, writer.Paths.Video, writer.StartedAt ?? request.StartAt, (double)(frames + (frames > 0 ? writer.DroppedFrames : 0)) / fps,
            frames, writer.DroppedFrames, writer.SizeBytes);
    }
}
