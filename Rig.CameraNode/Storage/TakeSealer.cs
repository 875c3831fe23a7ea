using Rig.Actors.Recording;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Storage;

/// <summary>Turns an ended take into a sealed one: once the manifest is there, durably, the take is whole and finished.</summary>
internal static class TakeSealer
{
    internal static TakeSealed Seal(IRecordingFiles files, TakePaths paths, OpenTake open, TakeContent content, string endReason)
    {
        var manifest = Describe(paths.Id, open, content, endReason);
        files.Delete(paths.Reserve);
        files.CreateDirectory(paths.ManifestFolder);
        files.WriteAtomic(paths.Manifest, manifest.ToUtf8Json());
        files.Delete(paths.Open);
        files.SyncDirectory(paths.RecordingFolder);
        return new TakeSealed(paths.Id, manifest, paths.Video, paths.Manifest, endReason);
    }

    /// <summary>The first frame's instant on the master clock.</summary>
    internal static DateTimeOffset MasterTime(OpenTake open, long wallNs) =>
        FromUnixNs(wallNs).AddMilliseconds(-(open.ClockOffsetMs ?? 0));

    internal static DateTimeOffset FromUnixNs(long wallNs) => DateTimeOffset.UnixEpoch.AddTicks(wallNs / 100);

    private static Manifest Describe(TakeId id, OpenTake open, TakeContent content, string endReason)
    {
        var start = MasterTime(open, open.First?.WallNs ?? throw new InvalidDataException($"{id} has no first frame."));
        var timeline = content.Timeline;
        var (before, after) = (content.ClockAtStart, content.ClockAtEnd);
        var steppedMs = (after?.StepsMs - before?.StepsMs) ?? 0;
        return new Manifest
        {
            Recording = new ManifestRecording(
                id.ToString(), id.SessionId.Value, id.CameraId.Value, id.CameraId.Position, id.Take, open.SessionCameras, endReason, open.Source),
            File = new ManifestFile($"{id}.mp4", content.SizeBytes, "mp4", open.Codec),
            Video = new ManifestVideo(
                new ManifestResolution(open.Width, open.Height), open.Fps, open.BitrateMbps, Math.Round(timeline.DurationSec, 6), timeline.Frames),
            Timing = new ManifestTiming(
                start, start.AddSeconds(timeline.DurationSec), open.NtpSynced, open.ClockOffsetMs, open.ScheduledStartMaster, timeline.Gaps,
                after?.OffsetMs, steppedMs == 0 ? null : steppedMs, after?.OffsetMs - before?.OffsetMs - steppedMs),
            Checksum = new ManifestChecksum("sha256", content.Sha256),
            Device = open.Device,
            Quality = new ManifestQuality(timeline.DroppedFrames, content.Temperature?.AverageC, content.Temperature?.MaxC),
            Lens = open.Lens,
            Framing = open.Framing,
        };
    }
}

/// <param name="Sha256">Lower-case hex of the whole video file.</param>
/// <param name="ClockAtEnd">Absent, as the temperature is, where nobody measured it: in a take that is repaired.</param>
internal sealed record TakeContent(
    long SizeBytes, string Sha256, TakeTimeline Timeline, ClockReading? ClockAtStart = null, ClockReading? ClockAtEnd = null, TakeTemperature? Temperature = null);
