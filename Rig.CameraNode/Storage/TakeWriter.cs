using System.Diagnostics;
using Rig.Actors.Recording;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Native;
using Rig.CameraNode.Storage.Mp4;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Storage;

/// <summary>
/// Writes one take to disk: encoded frames in, whole fragments out, each at once handed to the system and flushed to the medium
/// at least twice a second. Invariants R1 to R3 of docs/design/recording.md.
/// </summary>
/// <remarks>
/// Two threads of its own: one forms and appends fragments, one flushes, so that a slow medium delays no fragment. After a
/// failed write or flush the take ends; what was not flushed by then counts as lost, and the rest is sealed by <see cref="TakeRepair"/>.
/// </remarks>
internal sealed class TakeWriter
{
    /// <summary>A fragment is closed when its next frame would make it longer, so a killed node loses less than 0.25 s.</summary>
    internal const long FragmentNs = 167_000_000;

    /// <summary>Flushes begin this often; with one running and one fragment open, a power cut costs less than 1 s.</summary>
    private static readonly TimeSpan SyncInterval = TimeSpan.FromMilliseconds(400);

    private const int MaxQueuedBytes = 64 << 20;
    /// <summary>A manifest with its picture and as many gaps as it lists.</summary>
    private const int ReservedBytes = 256 << 10;

    private readonly IRecordingFiles files;
    private readonly TakePaths paths;
    private readonly TakeFile file;
    private readonly TakeTimeline timeline;
    private readonly ILogger logger;
    private readonly RecorderMetrics metrics;
    private readonly FrameQueue queue = new(MaxQueuedBytes);
    private readonly BoxWriter boxes = new();
    private readonly Func<ClockReading>? clockNow;
    private readonly ClockReading? clockAtStart;
    private readonly TakeThermometer? thermometer;
    private readonly TaskCompletionSource<DateTimeOffset> firstDurable = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<TakeSealed> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly object syncGate = new();
    private readonly Thread syncThread;
    private OpenTake open;
    private FragmentBuilder? fragment;
    private long? totalSlots;
    private long? untilNs;
    private string endReason = TakeEndReason.Stopped;
    private bool syncWanted;
    private volatile bool stopSync;
    private volatile Exception? syncFailure;
    private long headerBytes = long.MaxValue;
    private long frames;
    private long dropped;

    private TakeWriter(IRecordingFiles files, TakePaths paths, OpenTake open, TakeFile file, ILogger logger, RecorderMetrics metrics, Func<ClockReading>? clockNow, TakeThermometer? thermometer)
    {
        this.metrics = metrics;
        this.clockNow = clockNow;
        clockAtStart = clockNow?.Invoke();
        this.thermometer = thermometer;
        this.files = files;
        this.paths = paths;
        this.open = open;
        this.file = file;
        this.logger = logger;
        timeline = new TakeTimeline(open.FrameDurationNs);
        syncThread = new Thread(KeepSynced) { IsBackground = true, Name = "take sync" };
    }

    internal TakePaths Paths => paths;

    internal long Frames => Volatile.Read(ref frames);

    internal long DroppedFrames => Volatile.Read(ref dropped);

    internal long SizeBytes => file.WholeBytes;

    /// <summary>How much of it is known to be on the medium.</summary>
    internal long DurableBytes => file.DurableBytes;

    /// <summary>Node clock of the first frame; null before it came.</summary>
    internal DateTimeOffset? StartedAt => Volatile.Read(ref open).First is { } first ? TakeSealer.FromUnixNs(first.WallNs) : null;

    /// <summary>Frames wait because the disk does not keep up.</summary>
    internal bool IsBacklogged => queue.IsBacklogged;

    /// <summary>Ends when the first fragment is on the medium; the result is the first frame's instant on the master clock.</summary>
    internal Task<DateTimeOffset> FirstDurable => firstDurable.Task;

    /// <summary>Ends when the manifest is on the medium, whatever ended the take.</summary>
    /// <exception cref="TakeFailedException">Nothing could be sealed; the message says what remains.</exception>
    internal Task<TakeSealed> Ended => ended.Task;

    /// <summary>Creates the take's files, durably, and starts its threads.</summary>
    /// <exception cref="TakeFailedException">A file could not be created; none of them remains.</exception>
    internal static TakeWriter Create(
        IRecordingFiles files, TakePaths paths, OpenTake open, ILogger logger, RecorderMetrics metrics, Func<ClockReading>? clockNow = null, Func<double?>? temperatureNow = null)
    {
        if (File.Exists(paths.Video) || File.Exists(paths.Manifest))
        {
            throw new TakeFailedException($"The recording {paths.Id} exists already; start the session under another name or as its next take.");
        }

        try
        {
            files.CreateDirectory(paths.RecordingFolder);
            files.CreateDirectory(paths.ManifestFolder);
            files.WriteAtomic(paths.Open, open.ToUtf8Json());
            files.WriteAtomic(paths.Reserve, new byte[ReservedBytes]);
            var writer = new TakeWriter(files, paths, open, TakeFile.Create(files, paths), logger, metrics, clockNow, temperatureNow is null ? null : new TakeThermometer(temperatureNow, TimeProvider.System));
            writer.syncThread.Start();
            new Thread(writer.Write) { IsBackground = true, Name = "take writer" }.Start();
            return writer;
        }
        catch (IOException e)
        {
            RemoveEmpty(files, paths, logger);
            throw new TakeFailedException($"The recording could not be created: {e.Message}. Check the disk and Rig:Storage:RecordingsPath.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new TakeFailedException($"The recording could not be created: {e.Message} Give the node write access to Rig:Storage:RecordingsPath.", e);
        }
    }

    /// <summary>Takes the next frame. Waits while the disk is far behind.</summary>
    /// <param name="reasonForMissing">Why slots before this frame are empty, if they are.</param>
    internal void Enqueue(in EncodedFrame frame, string reasonForMissing) => queue.Enqueue(frame, reasonForMissing);

    /// <summary>No frame follows; the rest is written and the take sealed.</summary>
    /// <param name="slots">How many frames the take was to have; those missing at its end count as dropped.</param>
    /// <param name="stopNs">Until when it was to last, where nobody counted them; null when it just ends with its last frame.</param>
    internal void Finish(string reason, long? slots = null, long? stopNs = null)
    {
        endReason = reason;
        (totalSlots, untilNs) = (slots, stopNs);
        queue.Close();
    }

    private void Write()
    {
        try
        {
            while (queue.TryTake(Take))
            {
                if (syncFailure is { } failure)
                {
                    throw failure;
                }
            }

            CloseFragment();
            EndWell();
        }
        catch (Exception e)
        {
            queue.Close();
            while (queue.TryTake(static (_, _) => { }))
            {
            }

            EndBadly(e);
        }
    }

    private void Take(EncodedFrame frame, string reasonForMissing)
    {
        if (fragment is null)
        {
            if (ParameterSets.Find(open.Codec == "h265" ? VideoCodec.H265 : VideoCodec.H264, frame.Data.Span) is not { } parameters || !frame.IsKey)
            {
                logger.LogWarning("{Take}: a frame before the first key frame is dropped", paths.Id);
                return;
            }

            Volatile.Write(ref open, open with { First = new OpenTake.FirstFrame(frame.Number, frame.MonotonicNs, frame.WallNs) });
            boxes.Clear();
            Mp4Header.Write(boxes, parameters, open.Width, open.Height, TakeSealer.FromUnixNs(frame.WallNs));
            file.AppendHeader(boxes.Written);
            Volatile.Write(ref headerBytes, file.WholeBytes);
            fragment = new FragmentBuilder(parameters, frame.MonotonicNs, open.FrameDurationNs);
        }

        timeline.Add(frame.Number, frame.MonotonicNs, reasonForMissing);
        Volatile.Write(ref dropped, timeline.DroppedFrames);
        if (fragment.Count > 0 && frame.MonotonicNs + open.FrameDurationNs - fragment.Samples[0].MonotonicNs > FragmentNs)
        {
            CloseFragment();
        }

        fragment.Add(frame);
        Volatile.Write(ref frames, timeline.Frames);
        metrics.Frames.Inc();
        if (fragment.SpanNs + open.FrameDurationNs > FragmentNs)
        {
            CloseFragment();
        }
    }

    private void CloseFragment()
    {
        if (fragment is not { Count: > 0 })
        {
            return;
        }

        var samples = fragment.Samples.ToArray();
        boxes.Clear();
        fragment.WriteTo(boxes);
        file.AppendFragment(boxes.Written, samples);
        metrics.Fragments.Inc();
        if (!firstDurable.Task.IsCompleted)
        {
            WakeSync();
        }
    }

    private void EndWell()
    {
        StopSync();
        if (syncFailure is { } failure)
        {
            throw failure;
        }

        if (timeline.Frames == 0)
        {
            throw new TakeFailedException($"{paths.Id} ended before its first picture came.");
        }

        file.Sync();
        if (totalSlots is { } slots)
        {
            timeline.End(slots);
        }
        else if (untilNs is { } stopNs)
        {
            timeline.EndAt(stopNs);
        }

        Volatile.Write(ref dropped, timeline.DroppedFrames);

        var content = new TakeContent(file.WholeBytes, file.Sha256(), timeline, clockAtStart, clockNow?.Invoke(), thermometer?.Finish());
        file.Dispose();
        var sealedTake = TakeSealer.Seal(files, paths, open, content, endReason);
        firstDurable.TrySetResult(sealedTake.Manifest.Timing.StartTime);
        ended.TrySetResult(sealedTake);
    }

    private void EndBadly(Exception cause)
    {
        thermometer?.Dispose();
        StopSync();
        var durable = file.DurableBytes;
        file.Dispose();
        var full = cause is PosixException { IsDiskFull: true };
        var reason = full ? TakeEndReason.DiskFull : TakeEndReason.WriteFailed;
        var message = full ? "the disk is full" : cause.Message;
        logger.LogError(cause, "{Take} ends: {Reason}", paths.Id, message);
        try
        {
            // A full disk leaves what was written in order; after any other failure only what was flushed can be trusted.
            var trusted = full && syncFailure is null ? long.MaxValue : durable;
            files.Delete(paths.Reserve);
            if (timeline.Frames > 0 && TryRepair(reason, trusted, durable) is { } sealedTake)
            {
                firstDurable.TrySetResult(sealedTake.Manifest.Timing.StartTime);
                ended.TrySetResult(sealedTake);
                return;
            }

            if (timeline.Frames > 0)
            {
                throw new InvalidDataException("Nothing of it is known to be on disk.", cause);
            }

            RemoveEmpty(files, paths, logger);
            Fail(new TakeFailedException($"{paths.Id} was not recorded: {message}", cause));
        }
        catch (Exception e)
        {
            logger.LogError(e, "{Take} could not be sealed now; it is tried again when the node starts", paths.Id);
            Fail(new TakeFailedException($"{paths.Id} ended ({message}) and could not be sealed; what is on disk is sealed when the node starts again.", e));
        }
    }

    private TakeSealed? TryRepair(string reason, long trustedBytes, long durableBytes)
    {
        try
        {
            return TakeRepair.Repair(files, paths, open, reason, trustedBytes, timeline.Gaps);
        }
        catch (PosixException e) when (trustedBytes > durableBytes)
        {
            logger.LogWarning(e, "{Take}: what was not flushed yet is given up", paths.Id);
            return TakeRepair.Repair(files, paths, open, reason, durableBytes, timeline.Gaps);
        }
    }

    private void Fail(TakeFailedException e)
    {
        firstDurable.TrySetException(e);
        ended.TrySetException(e);
        _ = firstDurable.Task.Exception;
        _ = ended.Task.Exception;
    }

    private void KeepSynced()
    {
        try
        {
            while (!stopSync)
            {
                lock (syncGate)
                {
                    if (!stopSync && !syncWanted)
                    {
                        Monitor.Wait(syncGate, SyncInterval);
                    }

                    syncWanted = false;
                }

                if (file.WholeBytes == file.DurableBytes)
                {
                    continue;
                }

                var started = Stopwatch.GetTimestamp();
                file.Sync();
                metrics.SyncSeconds.Observe(Stopwatch.GetElapsedTime(started).TotalSeconds);
                if (!firstDurable.Task.IsCompleted && file.DurableBytes > Volatile.Read(ref headerBytes))
                {
                    var begun = Volatile.Read(ref open);
                    KeepFirstFrame(begun);
                    firstDurable.TrySetResult(TakeSealer.MasterTime(begun, begun.First!.WallNs));
                }
            }
        }
        catch (Exception e)
        {
            syncFailure = e;
            queue.Close();
        }
    }

    /// <summary>A second place for what the index begins with; done here because the writing thread waits for no flush.</summary>
    private void KeepFirstFrame(OpenTake begun)
    {
        try
        {
            files.WriteAtomic(paths.Open, begun.ToUtf8Json());
        }
        catch (IOException e)
        {
            logger.LogWarning(e, "{Take}: the instant of its first frame is kept in its index only", paths.Id);
        }
    }

    private void StopSync()
    {
        stopSync = true;
        WakeSync();
        syncThread.Join();
    }

    private void WakeSync()
    {
        lock (syncGate)
        {
            syncWanted = true;
            Monitor.Pulse(syncGate);
        }
    }

    private static void RemoveEmpty(IRecordingFiles files, TakePaths paths, ILogger logger)
    {
        try
        {
            foreach (var path in new[] { paths.Video, paths.Index, paths.Reserve, paths.Open })
            {
                files.Delete(path);
            }

            files.SyncDirectory(paths.RecordingFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(e, "The empty files of {Take} could not be removed", paths.Id);
        }
    }
}
