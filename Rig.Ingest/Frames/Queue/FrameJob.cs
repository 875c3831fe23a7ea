using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>A picture that a worker holds for as long as its lease.</summary>
/// <param name="Claim">Names this attempt; one that was lost can end nothing any more.</param>
/// <param name="StorageUri">Null where the file is gone.</param>
internal sealed record FrameJob(
    long Id, Guid Claim, int Attempts, DeviceId Device, Guid Capture, long Seq, DateTimeOffset CapturedAt, int Width, int Height, string? StorageUri);

/// <summary>A job that failed too often.</summary>
internal sealed record DeadJob(long JobId, string DeviceId, long Seq, Guid CaptureId, int Attempts, string? Error, DateTimeOffset UpdatedAt);
