using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Rig.Domain.Identity;
using Rig.Hosting.Http;
using Rig.Hosting.Trust;
using Rig.Ingest.Storage;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Api;

/// <summary>Whether a take is held, for its sender.</summary>
internal static class ConfirmRequest
{
    private const int MaxBodyBytes = 64 * 1024;

    public static async Task<Ok<ConfirmReply>> ConfirmAsync(HttpContext context, TakeConfirmation confirmation, CameraSet cameras, RigTrust trust, TimeProvider time)
    {
        var root = await RequestBody.ReadObjectOfAnyTypeAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        var session = UploadForm.ParseSession(Text(root, "session_id"));
        var camera = UploadForm.ParseCamera(Text(root, "camera_id"), cameras);
        var take = Take(root);
        var reread = Flag(root, "verify");
        var held = await confirmation.ConfirmAsync(session, camera, take, reread, context.RequestAborted);
        var signed = trust.IsEnrolled ? SignedReceipt.Sign(trust, held.Id.ToString(), held.Sha256, held.SizeBytes, time.GetUtcNow()) : null;
        return TypedResults.Ok(ConfirmReply.Of(held, reread, signed));
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Take(JsonElement root) =>
        !root.TryGetProperty("take", out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var take) && take is >= 1 and <= TakeId.MaxTake ? take
        : throw new ApiException(400, $"take must be a number from 1 to {TakeId.MaxTake}.");

    private static bool Flag(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw new ApiException(400, $"{name} must be true or false."),
        };
}
