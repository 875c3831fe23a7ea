using Rig.Domain.Recordings;

namespace Rig.CameraNode.Storage;

/// <summary>The manifest in the flat form that clients of earlier rigs read. Made when asked for; the nested one is what is kept.</summary>
internal sealed record FlatManifest(
    string SessionId,
    string CameraId,
    string CameraPosition,
    string FileName,
    DateTimeOffset StartTimeLocal,
    DateTimeOffset StartTimeMaster,
    double? OffsetMs,
    double DurationSec,
    string Resolution,
    double Fps,
    string Codec,
    double BitrateMbps,
    long? DroppedFrames,
    FlatChecksum Checksum,
    bool Offloaded,
    DateTimeOffset? OffloadConfirmedAt,
    string? SnapshotBase64,
    string? SoftwareVersion,
    DateTimeOffset CreatedAt)
{
    internal static FlatManifest Of(Manifest m, DateTimeOffset? confirmedAt)
    {
        var start = m.Timing.StartTime;
        return new FlatManifest(
            m.Recording.SessionId, m.Recording.CameraId, m.Recording.Position, m.File.Name, start.AddMilliseconds(m.Timing.SyncOffsetMs ?? 0), start, m.Timing.SyncOffsetMs,
            m.Video.DurationSec, $"{m.Video.Resolution.Width}x{m.Video.Resolution.Height}", m.Video.Fps, m.File.Codec, m.Video.BitrateMbps, m.Quality?.DroppedFrames,
            new FlatChecksum(m.Checksum.Algorithm, m.Checksum.Value), confirmedAt is not null, confirmedAt, m.Framing?.SnapshotBase64, m.Device?.SoftwareVersion, m.Timing.EndTime);
    }
}

internal sealed record FlatChecksum(string Algo, string Value);
