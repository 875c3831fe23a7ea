using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Rig.Domain.Identity;
using Rig.Hosting.Http;
using Rig.Ingest.Intake;
using Rig.Ingest.Storage;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Api;

/// <summary>The chunked upload of older rigs: init, chunk, finalize, with their field names.</summary>
/// <remarks>docs/ref/ingest-api.md.</remarks>
internal sealed class ChunkedRequests(CameraSet cameras, ChunkedUploads uploads, UploadCore core)
{
    private const int MaxBodyBytes = 64 * 1024;
    private const int MaxFieldBytes = 256;

    public async Task<Ok<ChunkedBeginReply>> InitAsync(HttpContext context)
    {
        var root = await RequestBody.ReadObjectOfAnyTypeAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        var (node, file) = (Text(root, "node_id"), Text(root, "filename"));
        var session = UploadForm.ParseSession(Text(root, "session_id"));
        var (camera, take) = CameraOf(node, file, session);
        var state = await uploads.BeginAsync(
            new ChunkedFile(session, camera, take, file, Integer(root, "file_size"), Integer(root, "chunk_size"), FileHash(root)), context.RequestAborted);
        return TypedResults.Ok(new ChunkedBeginReply(state.Id.ToString(), state.ResumeChunk, state.TotalChunks));
    }

    public async Task<Ok<ChunkReply>> ChunkAsync(HttpContext context)
    {
        context.LiftBodyLimit();
        return await core.RunAsync(
            async cancellationToken =>
            {
                try
                {
                    return TypedResults.Ok(await ReceiveAsync(MultipartBody.Of(context.Request), cancellationToken));
                }
                catch (IOException e) when (e is not SlowSenderException)
                {
                    throw IntakeException.Invalid("The chunk was cut off before its end. Send it again.");
                }
            },
            context.RequestAborted);
    }

    public async Task<Ok<ChunkedStatusReply>> StatusAsync(HttpContext context) =>
        TypedResults.Ok(ChunkedStatusReply.Of(await uploads.FindAsync(context.Request.Query["upload_id"], context.RequestAborted)));

    /// <summary>The answer's words are kept with the upload, so that a repetition gets the same.</summary>
    public async Task<IResult> FinalizeAsync(HttpContext context)
    {
        var root = await RequestBody.ReadObjectOfAnyTypeAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        var total = root.TryGetProperty("total_chunks", out var given) && given.ValueKind != JsonValueKind.Null ? Integer(root, "total_chunks") : (long?)null;
        var end = await uploads.EndAsync(Optional(root, "upload_id"), total, FileHash(root), context.RequestAborted);
        return TypedResults.Text(end.Reply, "application/json", statusCode: end.Status);
    }

    private async Task<ChunkReply> ReceiveAsync(MultipartBody body, CancellationToken cancellationToken)
    {
        string? id = null, index = null, md5 = null;
        ChunkReply? reply = null;
        while (await body.NextAsync(cancellationToken) is { } name)
        {
            if (name == "chunk" && reply is null)
            {
                reply = await StoreAsync(body, id, index, md5, cancellationToken);
                continue;
            }

            var field = Encoding.UTF8.GetString(await body.BytesAsync(name, MaxFieldBytes, cancellationToken));
            switch (name)
            {
                case "upload_id":
                    id = field;
                    break;
                case "chunk_index":
                    index = field;
                    break;
                case "chunk_hash":
                    md5 = field.ToLowerInvariant();
                    break;
            }
        }

        return reply ?? throw new ApiException(400, "No chunk data");
    }

    private async Task<ChunkReply> StoreAsync(MultipartBody chunk, string? id, string? indexText, string? md5, CancellationToken cancellationToken)
    {
        if (id is null || indexText is null)
        {
            throw new ApiException(400, "upload_id, chunk_index and chunk_hash come before the chunk itself.");
        }

        var index = int.TryParse(indexText, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
        return new ChunkReply("ok", number, await uploads.StoreAsync(id, index, md5, chunk, cancellationToken));
    }

    /// <summary>Older rigs call a camera node; its name is the camera's, or the file's name holds it.</summary>
    private (CameraId Camera, int? Take) CameraOf(string node, string file, SessionId session)
    {
        if (node.Length > 64 || !node.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
        {
            throw new ApiException(400, "node_id must be 1 to 64 letters, digits, '_', '-' or '.', such as CAM_L.");
        }

        var named = TakeId.TryParse(Path.GetFileNameWithoutExtension(file), out var recording) && recording.SessionId == session ? recording : (TakeId?)null;
        var camera = CameraId.TryParse(node, out var own) ? own : named?.CameraId;
        return camera is { } known && cameras.Contains(known)
            ? (known, named?.CameraId == known ? named?.Take : null)
            : throw new ApiException(400, $"node_id must be one of this rig's cameras: {cameras}. Add it to {CameraSet.Key} if it is a new one.");
    }

    private static string? FileHash(JsonElement root) => Optional(root, "file_hash") is { Length: > 0 } hash
        ? hash.Length == 64 && hash.All(char.IsAsciiHexDigit) ? hash.ToLowerInvariant() : throw new ApiException(400, "file_hash must be the file's SHA-256 as 64 hexadecimal digits.")
        : null;

    private static string Text(JsonElement root, string name) => !root.TryGetProperty(name, out _)
        ? throw new ApiException(400, $"Missing field: {name}")
        : Optional(root, name) is { Length: > 0 and <= MaxFieldBytes } text ? text : throw new ApiException(400, $"{name} must be a text of 1 to {MaxFieldBytes} characters.");

    private static string? Optional(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Integer(JsonElement root, string name) => !root.TryGetProperty(name, out var value)
        ? throw new ApiException(400, $"Missing field: {name}")
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : throw new ApiException(400, $"{name} must be a whole number.");
}
