using System.Text.Json;
using Rig.Domain.Identity;
using Rig.Hosting.Http;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Receive;

/// <summary>Seed 001's confirmation: what the durable receipt says, after a look at the disk; on request after reading every byte again.</summary>
internal sealed class ConfirmHandler(TakeStore store, CameraSet cameras)
{
    private const int MaxBodyBytes = 64 * 1024;

    public async Task<IResult> ConfirmAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        using var body = await JsonBody.ReadObjectAsync(context.Request, MaxBodyBytes, cancellationToken);
        var root = body.RootElement;
        var session = UploadForm.ParseSession(Text(root, "session_id"));
        var camera = UploadForm.ParseCamera(Text(root, "camera_id"), cameras);
        var receipt = Take(root) is { } take
            ? await store.FindAsync(new RecordingId(session, camera, take), cancellationToken)
            : await store.NewestAsync(session, camera, cancellationToken);
        if (receipt is null)
        {
            throw new ApiException(404, $"The server holds no recording of {camera} in {session}. Upload it.");
        }

        if (Flag(root, "verify"))
        {
            var found = await store.VerifyAsync(receipt, cancellationToken);
            return found == receipt.Sha256 ? await ConfirmedAsync(receipt, reread: true, cancellationToken) : throw Damaged(receipt, found);
        }

        if (!store.IsWhole(receipt))
        {
            await store.MarkDamagedAsync(receipt, cancellationToken);
            throw Damaged(receipt, found: null);
        }

        return await ConfirmedAsync(receipt, reread: false, cancellationToken);
    }

    private async Task<IResult> ConfirmedAsync(Receipt receipt, bool reread, CancellationToken cancellationToken)
    {
        await store.MarkConfirmedAsync(receipt.Id, cancellationToken);
        return Results.Json(UploadReplies.Confirmed(receipt, reread));
    }

    /// <summary>The body of a mismatch, so that a sender uploads the take again.</summary>
    private static ApiException Damaged(Receipt receipt, string? found) => ChecksumMismatch.Of(receipt.Sha256, found ?? "");

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Take(JsonElement root) =>
        !root.TryGetProperty("take", out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var take) && take is >= 1 and <= RecordingId.MaxTake ? take
        : throw new ApiException(400, $"take must be a number from 1 to {RecordingId.MaxTake}.");

    private static bool Flag(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw new ApiException(400, $"{name} must be true or false."),
        };
}
