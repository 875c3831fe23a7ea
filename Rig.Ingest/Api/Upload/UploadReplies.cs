using System.Text.Json.Serialization;
using Rig.Hosting.Trust;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Api;

/// <summary>A take that the server holds now.</summary>
/// <param name="Success">Always true.</param>
/// <param name="RecordingId">Session, camera and take in one.</param>
/// <param name="FileSize">As <paramref name="SizeBytes"/>; older rigs read this one.</param>
/// <param name="ChecksumSha256">Lower-case hex, of the bytes on the server's disk.</param>
/// <param name="Problem">What is wrong with the video, which is held all the same; left out when nothing is.</param>
/// <param name="ChecksumVerified">Always true.</param>
/// <param name="Status"><c>ok</c> where chunks were finalized, else left out.</param>
/// <param name="Path">Where chunks were finalized: the file under the server's storage; else left out.</param>
internal sealed record UploadReply(
    bool Success,
    string RecordingId,
    string SessionId,
    string CameraId,
    int Take,
    long FileSize,
    long SizeBytes,
    string ChecksumSha256,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Problem,
    bool ChecksumVerified,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Status = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path = null)
{
    public static UploadReply Of(Receipt receipt) => new(
        Success: true,
        receipt.Id.ToString(),
        receipt.Id.SessionId.Value,
        receipt.Id.CameraId.Value,
        receipt.Id.Take,
        receipt.SizeBytes,
        receipt.SizeBytes,
        receipt.Sha256,
        receipt.Problem,
        ChecksumVerified: true);
}

/// <inheritdoc cref="UploadReply"/>
/// <param name="ConfirmedAt">When the take was received.</param>
/// <param name="FileReread">Every byte was read again for this answer.</param>
/// <param name="Receipt">This server's signed word, for an enrolled node; left out where this server is not enrolled.</param>
internal sealed record ConfirmReply(
    bool Success,
    string RecordingId,
    string SessionId,
    string CameraId,
    int Take,
    long FileSize,
    long SizeBytes,
    string ChecksumSha256,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Problem,
    DateTime ConfirmedAt,
    bool FileReread,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SignedReceipt? Receipt = null)
{
    public static ConfirmReply Of(Receipt receipt, bool reread, SignedReceipt? signed) => new(
        Success: true,
        receipt.Id.ToString(),
        receipt.Id.SessionId.Value,
        receipt.Id.CameraId.Value,
        receipt.Id.Take,
        receipt.SizeBytes,
        receipt.SizeBytes,
        receipt.Sha256,
        receipt.Problem,
        receipt.ReceivedAt.UtcDateTime,
        reread,
        signed);
}
