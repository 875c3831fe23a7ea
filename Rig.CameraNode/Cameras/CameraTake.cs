using Rig.Actors.Recording;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;

namespace Rig.CameraNode.Cameras;

/// <summary>An open take: frames come in on the capture's reading thread and go into the writer's queue with why slots before them are empty.</summary>
/// <param name="announce">Called with the sealed take before <see cref="Ended"/> ends.</param>
internal sealed class CameraTake(TakeRequest request, int fps, TakeWriter writer, Action<TakeSealed> announce, ILogger logger) : ITake
{
    private readonly Lazy<Task<TakeSealed>> ended = new(() => AnnouncedAsync(writer, announce, logger));
    private string reasonForMissing = TakeTimeline.UnknownReason;
    private long lastNumber = -1;
    private long lastStampNs;
    private long lastFrameNs;
    private int runs;
    private int finishing;

    public TakeId Id => request.Id;

    public string FilePath => writer.Paths.Video;

    public long LastFrameNs => Volatile.Read(ref lastFrameNs);

    public bool IsBacklogged => writer.IsBacklogged;

    public Task<DateTimeOffset> FirstDurable => writer.FirstDurable;

    public Task<TakeSealed> Ended => ended.Value;

    public TakeProgress Progress
    {
        get
        {
            var frames = writer.Frames;
            return new TakeProgress(
                Id, writer.Paths.Video, writer.StartedAt ?? request.StartAt, (double)(frames + (frames > 0 ? writer.DroppedFrames : 0)) / fps,
                frames, writer.DroppedFrames, writer.SizeBytes);
        }
    }

    /// <inheritdoc/>
    public void Finish(string reason, long? slots, long? stopNs)
    {
        if (Interlocked.Exchange(ref finishing, 1) == 0)
        {
            writer.Finish(reason, slots, stopNs);
        }
    }

    /// <summary>What a capture process must know to begin the take, or to go on with it. No other process delivers frames meanwhile.</summary>
    internal StartCaptureTake Order(TakeStart start, TimeProvider clock)
    {
        if (++runs > 1)
        {
            NoteMissing(DropCause.CaptureRestart);
        }

        // A source starts its truth file from the beginning, so one that goes on must not overwrite what its predecessor wrote.
        var truth = runs == 1 ? writer.Paths.Truth : $"{writer.Paths.Truth}.{runs}";
        var startWall = clock.GetUtcNow().AddTicks((start.StartNs - MonotonicClock.NowNs) / 100);
        return new StartCaptureTake(
            Id.ToString(), start.StartNs, startWall, truth, start.ScheduledStartMaster, start.MatchZeroNs, lastNumber < 0 ? null : lastNumber, lastNumber < 0 ? null : lastStampNs);
    }

    /// <summary>Waits only while the disk is far behind.</summary>
    internal void Accept(in EncodedFrame frame)
    {
        Volatile.Write(ref lastFrameNs, MonotonicClock.NowNs);
        if (frame.Number <= lastNumber)
        {
            return;
        }

        (lastNumber, lastStampNs) = (frame.Number, frame.MonotonicNs);
        writer.Enqueue(frame, reasonForMissing);
        Volatile.Write(ref reasonForMissing, TakeTimeline.UnknownReason);
    }

    /// <summary>Why the slots before the next frame are empty.</summary>
    internal void NoteMissing(string cause) => Volatile.Write(ref reasonForMissing, cause);

    private static async Task<TakeSealed> AnnouncedAsync(TakeWriter writer, Action<TakeSealed> announce, ILogger logger)
    {
        var take = await writer.Ended;
        try
        {
            announce(take);
        }
        catch (Exception e)
        {
            logger.LogError(e, "{Take} is sealed; announcing it failed", take.Id);
        }

        return take;
    }
}
