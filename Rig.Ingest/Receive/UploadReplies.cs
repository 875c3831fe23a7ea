using System.Text.Json.Nodes;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Receive;

/// <summary>Replies that carry seed 001's field names and those of the older rigs (<c>size_bytes</c>, <c>confirmed_at</c>).</summary>
internal static class UploadReplies
{
    public static JsonObject Uploaded(Receipt receipt)
    {
        var reply = Common(receipt);
        reply["checksum_verified"] = true;
        return reply;
    }

    public static JsonObject Confirmed(Receipt receipt, bool reread)
    {
        var reply = Common(receipt);
        reply["confirmed_at"] = receipt.ReceivedAt.UtcDateTime;
        reply["file_reread"] = reread;
        return reply;
    }

    private static JsonObject Common(Receipt receipt)
    {
        var reply = Receipt(receipt);
        if (receipt.Problem is { } problem)
        {
            reply["problem"] = problem;
        }

        return reply;
    }

    private static JsonObject Receipt(Receipt receipt) => new()
    {
        ["success"] = true,
        ["recording_id"] = receipt.Id.ToString(),
        ["session_id"] = receipt.Id.SessionId.Value,
        ["camera_id"] = receipt.Id.CameraId.Value,
        ["take"] = receipt.Id.Take,
        ["file_size"] = receipt.SizeBytes,
        ["size_bytes"] = receipt.SizeBytes,
        ["checksum_sha256"] = receipt.Sha256,
    };
}
