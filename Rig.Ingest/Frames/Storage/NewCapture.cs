using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>A picture that is to be stored.</summary>
/// <param name="MetaJson">What its sender said, without the picture.</param>
internal sealed record NewCapture(
    Guid Id, DeviceId Device, FrameMeta Meta, string MetaJson, DateTimeOffset CapturedAt, DateTimeOffset ReceivedAt, ReadOnlyMemory<byte> Jpeg, string Sha256)
{
    public string StorageUri => FrameFiles.StagingUri(Device, ReceivedAt, Id);
}

/// <summary>What became of a picture: stored, or another is there under its number, whose SHA-256 this is.</summary>
internal sealed record CaptureOutcome(string? DuplicateOfSha256)
{
    public static readonly CaptureOutcome Stored = new((string?)null);
}
