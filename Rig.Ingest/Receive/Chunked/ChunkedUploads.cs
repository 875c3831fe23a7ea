using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Rig.Domain.Identity;
using Rig.Hosting.Http;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Receive;

/// <summary>
/// The chunked upload of older rigs: init, chunk, finalize, with their field names. A chunk is durable before it is acknowledged; the
/// same file goes on where it was, also after a restart; finalize counts, measures and hashes before anything is called received.
/// </summary>
/// <remarks>docs/design/offload.md, docs/ref/ingest-api.md.</remarks>
internal sealed class ChunkedUploads(
    IOptions<ServerOptions> options, SessionLayout layout, FreeSpace space, CameraSet cameras, TakeIntake intake, TakeStore takes, UploadStore uploads, UploadTurns turns, ActiveUploads active, TimeProvider time)
{
    private const int MaxBodyBytes = 64 * 1024;
    private const int MaxFieldBytes = 256;
    private const int MaxNamedMissing = 1000;

    private readonly ServerOptions server = options.Value;
    private readonly ConcurrentDictionary<(UploadId, int), byte> writing = new();

    public async Task<IResult> InitAsync(HttpContext context)
    {
        using var body = await JsonBody.ReadObjectAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        var root = body.RootElement;
        var (node, file) = (Text(root, "node_id"), Text(root, "filename"));
        var session = UploadForm.ParseSession(Text(root, "session_id"));
        var (camera, take) = CameraOf(node, file, session);
        if (!ChunkPlan.TryMake(Integer(root, "file_size"), Integer(root, "chunk_size"), out var plan))
        {
            throw new ApiException(400, $"file_size must be more than 0, chunk_size 1 to {ChunkPlan.MaxChunkBytes}, with at most {ChunkPlan.MaxChunks} chunks.");
        }

        var sha256 = FileHash(root);
        new FileBudget(space, server.MaxUploadBytes, plan.FileBytes).Allow(plan.FileBytes);
        // Without the file's own hash nothing tells one recording from another of the same size, so such an upload is never taken up again.
        var fingerprint = sha256 is null ? null : Fingerprint(session.Value, camera.Value, $"{take}", file, $"{plan.FileBytes}", $"{plan.ChunkBytes}", sha256);
        var row = fingerprint is null ? null : await EarlierAsync(fingerprint, context.RequestAborted);
        row ??= await AddAsync(
            new UploadRow(UploadId.New(), session, camera, take, sha256, plan.FileBytes, plan.ChunkBytes, Manifest: null, time.GetUtcNow(), Ended: null), fingerprint, context.RequestAborted);
        var resume = row.Ended is null
            ? ChunkPlan.Contiguous((await uploads.ChunksAsync(row.Id, context.RequestAborted)).Select(chunk => chunk.Index))
            : plan.Count;
        return Results.Json(new JsonObject { ["upload_id"] = row.Id.ToString(), ["resume_chunk"] = resume, ["total_chunks"] = plan.Count });
    }

    public async Task<IResult> ChunkAsync(HttpContext context)
    {
        UploadRequest.LiftBodyLimit(context);
        using var counted = active.Begin();
        return await UploadRequest.WithinAsync(server.UploadTimeoutSec, context, async cancellationToken =>
        {
            try
            {
                return await ReceiveChunkAsync(MultipartBody.Of(context.Request), cancellationToken);
            }
            catch (Exception e) when (e is IOException and not BadHttpRequestException { StatusCode: 408 })
            {
                throw new ApiException(400, "The chunk was cut off before its end. Send it again.");
            }
        });
    }

    public async Task<IResult> StatusAsync(HttpContext context, string? id)
    {
        var (row, plan) = await FindAsync(id, context.RequestAborted);
        var chunks = (await uploads.ChunksAsync(row.Id, context.RequestAborted)).Select(chunk => chunk.Index).ToList();
        return Results.Json(new JsonObject
        {
            ["upload_id"] = row.Id.ToString(),
            ["status"] = row.Ended is null ? "receiving" : row.Ended.Status == 200 ? "done" : "failed",
            ["received_chunks"] = row.Ended is { Status: 200 } ? plan.Count : chunks.Count,
            ["resume_chunk"] = row.Ended is { Status: 200 } ? plan.Count : ChunkPlan.Contiguous(chunks),
            ["total_chunks"] = plan.Count,
            ["missing"] = Named(row.Ended is { Status: 200 } ? [] : plan.Missing(chunks)),
        });
    }

    public async Task<IResult> FinalizeAsync(HttpContext context)
    {
        using var body = await JsonBody.ReadObjectAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        var root = body.RootElement;
        var (total, sha256) = (root.TryGetProperty("total_chunks", out var given) && given.ValueKind != JsonValueKind.Null ? Integer(root, "total_chunks") : (long?)null, FileHash(root));
        var (found, plan) = await FindAsync(Optional(root, "upload_id"), context.RequestAborted);
        using var turn = await turns.BeginAsync(found.Id, context.RequestAborted);
        // Read only now: the same finalize, sent twice, may have ended it.
        var row = await uploads.FindAsync(found.Id, context.RequestAborted) ?? throw Unknown();
        if (row.Ended is { } ended)
        {
            return Results.Text(ended.Reply, "application/json", statusCode: ended.Status);
        }

        if (total is { } said && said != plan.Count)
        {
            throw new ApiException(400, $"The upload has {plan.Count} chunks, not {said}.");
        }

        var chunks = await uploads.ChunksAsync(row.Id, context.RequestAborted);
        var missing = Named(plan.Missing(chunks.Select(chunk => chunk.Index)));
        if (missing.Count > 0)
        {
            throw new ApiException(400, $"Chunks are missing; send them and finalize again: {string.Join(", ", missing.Take(10))}{(missing.Count > 10 ? ", ..." : "")}.", new JsonObject { ["missing"] = missing });
        }

        if (row.Sha256 is not null && sha256 is not null && row.Sha256 != sha256)
        {
            throw new ApiException(400, "File hash mismatch", new JsonObject { ["expected"] = row.Sha256, ["calculated"] = sha256 });
        }

        var expected = row.Sha256 ?? sha256;
        if (expected is null && chunks.FirstOrDefault(chunk => !chunk.Verified) is { } unproven)
        {
            throw new ApiException(400, $"Nothing proves the bytes: give file_hash (SHA-256), or send chunk_hash with every chunk (chunk {unproven.Index} had none).");
        }

        return await TakeOverAsync(row, expected);
    }

    private async Task<IResult> TakeOverAsync(UploadRow row, string? expected)
    {
        try
        {
            using var file = await IncomingFile.ReopenAsync(layout.UnfinishedPath(row.Id), known: null, 0, CancellationToken.None);
            if (file is null)
            {
                // Taken over, but the server died before it noted so; else the bytes are lost and the upload with them.
                var held = expected is null ? null : await takes.FindWholeAsync(row.SessionId, row.CameraId, expected, CancellationToken.None);
                return held is null ? throw Unknown() : await EndAsync(row, held);
            }

            try
            {
                file.Finish();
                if (file.Sha256 != (expected ?? file.Sha256))
                {
                    throw new ApiException(400, "File hash mismatch", new JsonObject { ["expected"] = expected, ["calculated"] = file.Sha256 });
                }

                var receipt = await intake.AcceptAsync(file, new TakeClaim(row.SessionId, row.CameraId, row.Take, file.Sha256, row.Manifest), CancellationToken.None);
                return await EndAsync(row, receipt);
            }
            catch (ApiException e) when (e.Status >= 500)
            {
                (await file.KeepAsync()).Dispose();
                throw;
            }
        }
        catch (ApiException e) when (e.Status < 500)
        {
            // The bytes are gone with it; the same file starts anew.
            await uploads.DeleteAsync(row.Id, CancellationToken.None);
            throw;
        }
        catch (IOException)
        {
            throw new ApiException(503, "The upload is in use, by this server or another one. Try again.");
        }
    }

    private async Task<IResult> EndAsync(UploadRow row, Receipt receipt)
    {
        var reply = UploadReplies.Uploaded(receipt);
        reply["status"] = "ok";
        reply["path"] = layout.RelativeVideoPath(receipt.Id);
        await uploads.EndAsync(row.Id, receipt.SizeBytes, new UploadEnd(200, reply.ToJsonString()), CancellationToken.None);
        return Results.Json(reply);
    }

    private async Task<IResult> ReceiveChunkAsync(MultipartBody body, CancellationToken cancellationToken)
    {
        string? id = null, index = null, md5 = null;
        while (await body.NextAsync(cancellationToken) is { } name)
        {
            switch (name)
            {
                case "upload_id":
                    id = Encoding.UTF8.GetString(await body.BytesAsync(name, MaxFieldBytes, cancellationToken));
                    break;
                case "chunk_index":
                    index = Encoding.UTF8.GetString(await body.BytesAsync(name, MaxFieldBytes, cancellationToken));
                    break;
                case "chunk_hash":
                    md5 = Encoding.UTF8.GetString(await body.BytesAsync(name, MaxFieldBytes, cancellationToken)).ToLowerInvariant();
                    break;
                case "chunk":
                    return await WriteChunkAsync(body, id, index, md5, cancellationToken);
                default:
                    await body.BytesAsync(name, MaxFieldBytes, cancellationToken);
                    break;
            }
        }

        throw new ApiException(400, "No chunk data");
    }

    private async Task<IResult> WriteChunkAsync(MultipartBody body, string? id, string? indexText, string? md5, CancellationToken cancellationToken)
    {
        if (id is null || indexText is null)
        {
            throw new ApiException(400, "upload_id, chunk_index and chunk_hash come before the chunk itself.");
        }

        var (row, plan) = await FindAsync(id, cancellationToken);
        if (!int.TryParse(indexText, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= plan.Count)
        {
            throw new ApiException(400, $"chunk_index must be 0 to {plan.Count - 1}.");
        }

        if (!writing.TryAdd((row.Id, index), 0))
        {
            throw new ApiException(503, $"Chunk {index} is being received. Try again.");
        }

        try
        {
            var held = row.Ended is null ? await uploads.FindChunkAsync(row.Id, index, cancellationToken) : throw new ApiException(400, "The upload is finalized.");
            var actual = held is null
                ? await StoreAsync(body, row, plan, index, md5, cancellationToken)
                : await CompareAsync(body, held, md5, cancellationToken);
            await DrainAsync(body, cancellationToken);
            return Results.Json(new JsonObject { ["status"] = "ok", ["chunk_index"] = index, ["chunk_hash"] = actual });
        }
        finally
        {
            writing.TryRemove((row.Id, index), out _);
        }
    }

    private async Task<string> StoreAsync(MultipartBody body, UploadRow row, ChunkPlan plan, int index, string? md5, CancellationToken cancellationToken)
    {
        if (space.Refuse(plan.LengthOf(index)) is { } full)
        {
            throw new ApiException(507, full);
        }

        using var handle = OpenShared(layout.UnfinishedPath(row.Id));
        using var writer = new ChunkWriter(handle, plan.OffsetOf(index), plan.LengthOf(index));
        await body.ReadAsync(
            piece =>
            {
                active.Received(piece.Length);
                return writer.AppendAsync(piece);
            },
            cancellationToken);
        var actual = writer.Finish();
        if (md5 is not null && md5 != actual)
        {
            throw new ApiException(400, "Chunk hash mismatch", new JsonObject { ["expected"] = md5, ["calculated"] = actual });
        }

        await uploads.AddChunkAsync(row.Id, new UploadChunk(index, actual, md5 is not null), cancellationToken);
        return actual;
    }

    /// <summary>A chunk that is held is never written over, so a broken repetition cannot harm it.</summary>
    private static async Task<string> CompareAsync(MultipartBody body, UploadChunk held, string? md5, CancellationToken cancellationToken)
    {
        await body.ReadAsync(_ => ValueTask.CompletedTask, cancellationToken);
        return md5 is null || md5 == held.Md5
            ? held.Md5
            : throw new ApiException(400, "Chunk hash mismatch", new JsonObject { ["expected"] = md5, ["calculated"] = held.Md5 });
    }

    private static async Task DrainAsync(MultipartBody body, CancellationToken cancellationToken)
    {
        while (await body.NextAsync(cancellationToken) is { } name)
        {
            await body.BytesAsync(name, MaxFieldBytes, cancellationToken);
        }
    }

    private async Task<UploadRow> AddAsync(UploadRow row, string? fingerprint, CancellationToken cancellationToken)
    {
        var path = layout.UnfinishedPath(row.Id);
        File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write).Dispose();
        Durable.SyncDirectory(layout.TempPath);
        if (await uploads.AddAsync(row, fingerprint, cancellationToken))
        {
            return row;
        }

        // The same init at the same time won.
        File.Delete(path);
        return await uploads.FindAsync(fingerprint!, cancellationToken) ?? throw new ApiException(503, "The upload was started twice at once. Try again.");
    }

    /// <returns>The same file's upload, unless what it led to is no longer there.</returns>
    private async Task<UploadRow?> EarlierAsync(string fingerprint, CancellationToken cancellationToken)
    {
        if (await uploads.FindAsync(fingerprint, cancellationToken) is not { } row)
        {
            return null;
        }

        var alive = row.Ended is null
            ? File.Exists(layout.UnfinishedPath(row.Id))
            : await takes.FindWholeAsync(row.SessionId, row.CameraId, row.Sha256!, cancellationToken) is not null;
        if (alive)
        {
            return row;
        }

        await uploads.DeleteAsync(row.Id, cancellationToken);
        return null;
    }

    private async Task<(UploadRow Row, ChunkPlan Plan)> FindAsync(string? text, CancellationToken cancellationToken) =>
        UploadId.TryParse(text, out var id)
        && await uploads.FindAsync(id, cancellationToken) is { ChunkBytes: { } chunk, SizeBytes: { } size } row
        && ChunkPlan.TryMake(size, chunk, out var plan)
            ? (row, plan)
            : throw Unknown();

    /// <summary>Older rigs call a camera node; its name is the camera's, or the file's name holds it.</summary>
    private (CameraId Camera, int? Take) CameraOf(string node, string file, SessionId session)
    {
        if (node.Length > 64 || !node.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
        {
            throw new ApiException(400, "node_id must be 1 to 64 letters, digits, '_', '-' or '.', such as CAM_L.");
        }

        var named = RecordingId.TryParse(Path.GetFileNameWithoutExtension(file), out var recording) && recording.SessionId == session ? recording : (RecordingId?)null;
        var camera = CameraId.TryParse(node, out var own) ? own : named?.CameraId;
        return camera is { } known && cameras.Contains(known)
            ? (known, named?.CameraId == known ? named?.Take : null)
            : throw new ApiException(400, $"node_id must be one of this rig's cameras: {cameras}. Add it to {CameraSet.Key} if it is a new one.");
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle OpenShared(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (FileNotFoundException)
        {
            throw Unknown();
        }
        catch (IOException)
        {
            throw new ApiException(503, "The upload is being finalized. Try again.");
        }
    }

    private static JsonArray Named(IEnumerable<int> missing) => new([.. missing.Take(MaxNamedMissing).Select(index => JsonValue.Create(index))]);

    private static string Fingerprint(params string[] parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts.Select(part => $"{part.Length}:{part}")))));

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

    private static ApiException Unknown() => new(404, "Unknown upload_id");
}
