using System.Text.Json.Nodes;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Storage;

/// <summary>The manifest in the flat form that clients of earlier rigs read. Made when asked for; the nested one is what is kept.</summary>
internal static class FlatManifest
{
    internal static JsonObject Of(Manifest m, DateTimeOffset? confirmedAt)
    {
        var start = m.Timing.StartTime;
        return new JsonObject
        {
            ["session_id"] = m.Recording.SessionId,
            ["camera_id"] = m.Recording.CameraId,
            ["camera_position"] = m.Recording.Position,
            ["file_name"] = m.File.Name,
            ["start_time_local"] = start.AddMilliseconds(m.Timing.SyncOffsetMs ?? 0),
            ["start_time_master"] = start,
            ["offset_ms"] = m.Timing.SyncOffsetMs,
            ["duration_sec"] = m.Video.DurationSec,
            ["resolution"] = $"{m.Video.Resolution.Width}x{m.Video.Resolution.Height}",
            ["fps"] = m.Video.Fps,
            ["codec"] = m.File.Codec,
            ["bitrate_mbps"] = m.Video.BitrateMbps,
            ["dropped_frames"] = m.Quality?.DroppedFrames,
            ["checksum"] = new JsonObject { ["algo"] = m.Checksum.Algorithm, ["value"] = m.Checksum.Value },
            ["offloaded"] = confirmedAt is not null,
            ["offload_confirmed_at"] = confirmedAt,
            ["snapshot_base64"] = m.Framing?.SnapshotBase64,
            ["software_version"] = m.Device?.SoftwareVersion,
            ["created_at"] = m.Timing.EndTime,
        };
    }
}
