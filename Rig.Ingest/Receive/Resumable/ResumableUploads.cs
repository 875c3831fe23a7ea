using System.Globalization;
using Microsoft.Extensions.Options;
using Rig.Hosting.Http;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Receive;

/// <summary>
/// Resumable uploads of draft-ietf-httpbis-resumable-upload: a body of nothing but video, taken up again at the byte where it was cut.
/// </summary>
/// <remarks>
/// The unfinished file is always a prefix of the take, so its length is the offset; it is synced before any offset is told, and never
/// becomes shorter. Who sends it is a row of the database. docs/design/offload.md, docs/ref/ingest-api.md.
/// </remarks>
internal sealed class ResumableUploads(
    IOptions<ServerOptions> options,
    SessionLayout layout,
    FreeSpace space,
    CameraSet cameras,
    TakeIntake intake,
    TakeStore takes,
    UploadStore uploads,
    UploadTurns turns,
    ActiveUploads active,
    TimeProvider time,
    ILogger<ResumableUploads> log)
{
    public const string Root = "/api/v1/upload/";

    /// <summary>How far the bytes are told to a client that wants to know, while it sends.</summary>
    private const long ProgressEveryBytes = 16L << 20;

    private readonly ServerOptions server = options.Value;

    /// <summary>Creates an upload, or takes a whole one that wants no resumption.</summary>
    public async Task<IResult> CreateAsync(HttpContext context)
    {
        UploadRequest.LiftBodyLimit(context);
        using var counted = active.Begin();
        var claim = Claim(context.Request);
        var complete = UploadHeaders.Boolean(context.Request, UploadHeaders.Complete);
        var contentSha256 = UploadHeaders.Sha256(context.Request, UploadHeaders.ContentDigest);
        if (LengthProblem(context, offset: 0, known: null, complete ?? true, out var length) is { } inconsistent)
        {
            return inconsistent;
        }

        if (length > server.MaxUploadBytes)
        {
            SetLimit(context, server.UploadLifetime);
            throw FileBudget.TooLarge(server.MaxUploadBytes);
        }

        new FileBudget(space, server.MaxUploadBytes, length ?? 0).Allow(0);
        if (complete is null)
        {
            return await ReceiveWholeAsync(context, claim, length ?? 0);
        }

        var row = new UploadRow(
            UploadId.New(), claim.SessionId, claim.CameraId, claim.Take, claim.Sha256, length, ChunkBytes: null, claim.Manifest, time.GetUtcNow(), Ended: null);
        var file = IncomingFile.Create(layout.UnfinishedPath(row.Id));
        using var turn = await turns.BeginAsync(row.Id, context.RequestAborted);
        try
        {
            Durable.SyncDirectory(layout.TempPath);
            await uploads.AddAsync(row, fingerprint: null, context.RequestAborted);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        context.Response.Headers.Location = Root + row.Id;
        await InterimResponse.SendAsync(context, $"Location: {Root}{row.Id}", $"{UploadHeaders.Limit}: {Limit(server.UploadLifetime)}");
        return await ReceiveAsync(context, row, file, turn, contentSha256, complete.Value, whenAppended: 201);
    }

    /// <summary>How far the upload is.</summary>
    public async Task<IResult> HeadAsync(HttpContext context, string id)
    {
        var (row, turn) = await BeginAsync(context, id);
        using (turn)
        {
            var state = await StateAsync(row, context.RequestAborted);
            SetState(context, state, row);
            context.Response.Headers.CacheControl = "no-store";
            return Results.NoContent();
        }
    }

    public async Task<IResult> AppendAsync(HttpContext context, string id)
    {
        UploadRequest.LiftBodyLimit(context);
        using var counted = active.Begin();
        var request = context.Request;
        if (!string.Equals(request.ContentType?.Split(';')[0].Trim(), "application/partial-upload", StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(415, "What is appended is sent as application/partial-upload.");
        }

        var provided = UploadHeaders.Integer(request, UploadHeaders.Offset) ?? throw new ApiException(400, $"{UploadHeaders.Offset} must say at which byte the content starts.");
        var complete = UploadHeaders.Boolean(request, UploadHeaders.Complete) ?? throw new ApiException(400, $"{UploadHeaders.Complete} must be ?1 when this ends the upload, else ?0.");
        var contentSha256 = UploadHeaders.Sha256(request, UploadHeaders.ContentDigest);
        var (row, turn) = await BeginAsync(context, id);
        using (turn)
        {
            var state = await StateAsync(row, context.RequestAborted);
            if (provided != state.Offset)
            {
                return UploadProblem.MismatchingOffset(context, state.Offset, provided);
            }

            if (state.End is { } end)
            {
                return request.ContentLength is > 0 || !complete ? UploadProblem.CompletedUpload(context) : Replay(context, end);
            }

            if (LengthProblem(context, state.Offset, row.SizeBytes, complete, out var length) is { } inconsistent)
            {
                return inconsistent;
            }

            if (length > server.MaxUploadBytes)
            {
                throw FileBudget.TooLarge(server.MaxUploadBytes);
            }

            if (row.SizeBytes is null && length is { } known)
            {
                await uploads.SetSizeAsync(row.Id, known, context.RequestAborted);
                row = row with { SizeBytes = known };
            }

            var file = await OpenAsync(row, turn, context.RequestAborted);
            return await ReceiveAsync(context, row, file, turn, contentSha256, complete, whenAppended: 204);
        }
    }

    public async Task<IResult> CancelAsync(HttpContext context, string id)
    {
        var (row, turn) = await BeginAsync(context, id);
        using (turn)
        {
            await DropAsync(row, turn);
            return Results.NoContent();
        }
    }

    public IResult Describe(HttpContext context)
    {
        SetLimit(context, server.UploadLifetime);
        context.Response.Headers.Allow = "POST, OPTIONS";
        return Results.NoContent();
    }

    private async Task<IResult> ReceiveWholeAsync(HttpContext context, TakeClaim claim, long expectedBytes)
    {
        return await UploadRequest.WithinAsync(server.UploadTimeoutSec, context, async cancellationToken =>
        {
            using var file = IncomingFile.Create(layout.NewUploadPath());
            try
            {
                await BodyCopy.ToFileAsync(context.Request.BodyReader, file, new FileBudget(space, server.MaxUploadBytes, expectedBytes), Count, cancellationToken);
            }
            catch (Exception e) when (e is IOException and not BadHttpRequestException { StatusCode: 408 })
            {
                throw new ApiException(400, "The upload was cut off before its end; nothing of it was kept. Send it again.");
            }

            file.Finish();
            return Results.Json(UploadReplies.Uploaded(await intake.AcceptAsync(file, claim, cancellationToken)));
        });
    }

    /// <summary>Appends the request's content and, when it completes the upload, takes the file over. However it ends, the file is closed.</summary>
    private async Task<IResult> ReceiveAsync(HttpContext context, UploadRow row, IncomingFile file, UploadTurns.Turn turn, string? contentSha256, bool complete, int whenAppended)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, turn.Superseded);
        stop.CancelAfter(TimeSpan.FromSeconds(server.UploadTimeoutSec));
        var start = file.Length;
        var budget = new FileBudget(space, row.SizeBytes is { } size ? Math.Min(size, server.MaxUploadBytes) : server.MaxUploadBytes, row.SizeBytes ?? 0);
        try
        {
            await ReceiveBodyAsync(context, file, budget, start, stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            await KeepAsync(row, file, turn);
            log.LogInformation("Upload {Upload} was cut at byte {Offset}", row.Id, file.Length);
            return Cut(context, turn);
        }
        catch (ApiException e) when (e.Status < 500)
        {
            return await EndAsync(context, row, file, e);
        }
        catch
        {
            // The disk is full or failed; what is there stays, and goes on when there is room.
            await KeepAsync(row, file, turn);
            throw;
        }

        if (contentSha256 is not null && await file.Sha256FromAsync(start, CancellationToken.None) != contentSha256)
        {
            await CutBackAsync(row, file, start);
            context.Response.Headers[UploadHeaders.Complete] = UploadHeaders.Format(false);
            throw new ApiException(400, $"The content is not what {UploadHeaders.ContentDigest} says; it was not appended. Send it again from byte {start}.");
        }

        if (!complete)
        {
            await KeepAsync(row, file, turn);
            SetState(context, new State(file.Length, End: null), row);
            return Results.StatusCode(whenAppended);
        }

        if (row.SizeBytes is { } said && said != file.Length)
        {
            await KeepAsync(row, file, turn);
            return UploadProblem.InconsistentLength(context, $"The upload was said to have {said} bytes and to be complete with {file.Length}.");
        }

        return await FinishAsync(context, row, file, turn);
    }

    private async Task ReceiveBodyAsync(HttpContext context, IncomingFile file, FileBudget budget, long start, CancellationToken cancellationToken)
    {
        try
        {
            await BodyCopy.ToFileAsync(context.Request.BodyReader, file, budget, Told(context, file), cancellationToken);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            await BodyCopy.SalvageAsync(context, file, budget, start);
            throw;
        }
    }

    private async Task<IResult> FinishAsync(HttpContext context, UploadRow row, IncomingFile file, UploadTurns.Turn turn)
    {
        try
        {
            file.Finish();
            var claim = new TakeClaim(row.SessionId, row.CameraId, row.Take, row.Sha256!, row.Manifest);
            // Nobody's patience ends this: it is short, and half of it would only have to be done again.
            var receipt = await intake.AcceptAsync(file, claim, CancellationToken.None);
            var end = new UploadEnd(200, UploadReplies.Uploaded(receipt).ToJsonString());
            await uploads.EndAsync(row.Id, file.Length, end, CancellationToken.None);
            file.Dispose();
            return Replay(context, end);
        }
        catch (ApiException e) when (e.Status < 500)
        {
            return await EndAsync(context, row, file, e);
        }
        catch
        {
            await KeepAsync(row, file, turn);
            throw;
        }
    }

    /// <summary>The take is refused for good: sending more of it, or the same again, would not help.</summary>
    private async Task<IResult> EndAsync(HttpContext context, UploadRow row, IncomingFile file, ApiException cause)
    {
        var end = new UploadEnd(cause.Status, ApiError.Body(cause.Status, cause.Message, cause.More).ToJsonString());
        await uploads.EndAsync(row.Id, file.Length, end, CancellationToken.None);
        file.Dispose();
        return Replay(context, end);
    }

    private static IResult Replay(HttpContext context, UploadEnd end)
    {
        context.Response.Headers[UploadHeaders.Complete] = UploadHeaders.Format(true);
        context.Response.Headers.Remove("Location");
        return Results.Text(end.Reply, "application/json", statusCode: end.Status);
    }

    /// <summary>Whoever is still there learns that the rest is missing; a request that a newer one replaced is broken off.</summary>
    private static IResult Cut(HttpContext context, UploadTurns.Turn turn)
    {
        context.Response.Headers[UploadHeaders.Complete] = UploadHeaders.Format(false);
        if (turn.Superseded.IsCancellationRequested)
        {
            context.Abort();
        }

        return ApiError.Of(408, "The upload stopped or was too slow; what came is kept. Ask for the offset and go on from there.");
    }

    private async Task KeepAsync(UploadRow row, IncomingFile file, UploadTurns.Turn turn)
    {
        turn.KeepHash(await file.KeepAsync(), file.Length);
        await uploads.TouchAsync(row.Id, CancellationToken.None);
    }

    private async Task CutBackAsync(UploadRow row, IncomingFile file, long length)
    {
        (await file.KeepAsync()).Dispose();
        using (var handle = File.OpenHandle(file.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            RandomAccess.SetLength(handle, length);
            RandomAccess.FlushToDisk(handle);
        }

        await uploads.TouchAsync(row.Id, CancellationToken.None);
    }

    private async Task DropAsync(UploadRow row, UploadTurns.Turn turn)
    {
        turn.TakeHash().Hash?.Dispose();
        await uploads.DeleteAsync(row.Id, CancellationToken.None);
        File.Delete(layout.UnfinishedPath(row.Id));
    }

    private async Task<(UploadRow Row, UploadTurns.Turn Turn)> BeginAsync(HttpContext context, string text)
    {
        var id = UploadId.TryParse(text, out var parsed) ? parsed : throw Unknown();
        var turn = await turns.BeginAsync(id, context.RequestAborted);
        try
        {
            // Read only now: the request before may have ended the upload.
            var row = await uploads.FindAsync(id, context.RequestAborted);
            return row is { ChunkBytes: null } ? (row, turn) : throw Unknown();
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    private async Task<State> StateAsync(UploadRow row, CancellationToken cancellationToken)
    {
        if (row.Ended is { } ended)
        {
            return new State(row.SizeBytes ?? 0, ended);
        }

        try
        {
            using var handle = File.OpenHandle(layout.UnfinishedPath(row.Id), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            RandomAccess.FlushToDisk(handle);
            return new State(RandomAccess.GetLength(handle), End: null);
        }
        catch (FileNotFoundException)
        {
            // Taken over, but the server died before it noted so; else the bytes are lost and the upload with them.
            return await takes.FindWholeAsync(row.SessionId, row.CameraId, row.Sha256!, cancellationToken) is { } held
                ? new State(held.SizeBytes, new UploadEnd(200, UploadReplies.Uploaded(held).ToJsonString()))
                : throw Unknown();
        }
        catch (IOException)
        {
            throw InUse();
        }
    }

    private async Task<IncomingFile> OpenAsync(UploadRow row, UploadTurns.Turn turn, CancellationToken cancellationToken)
    {
        var (hash, length) = turn.TakeHash();
        try
        {
            return await IncomingFile.ReopenAsync(layout.UnfinishedPath(row.Id), hash, length, cancellationToken) ?? throw Unknown();
        }
        catch (IOException)
        {
            throw InUse();
        }
    }

    private Func<long, ValueTask> Told(HttpContext context, IncomingFile file)
    {
        var told = file.Length;
        return async count =>
        {
            active.Received(count);
            if (file.DurableLength - told >= ProgressEveryBytes)
            {
                told = file.DurableLength;
                await InterimResponse.SendAsync(context, string.Create(CultureInfo.InvariantCulture, $"{UploadHeaders.Offset}: {told}"));
            }
        };
    }

    private ValueTask Count(long count)
    {
        active.Received(count);
        return ValueTask.CompletedTask;
    }

    private TakeClaim Claim(HttpRequest request)
    {
        var query = request.Query;
        return new TakeClaim(
            UploadForm.ParseSession(query["session_id"]),
            UploadForm.ParseCamera(query["camera_id"], cameras),
            query["take"] is [{ } take] ? UploadForm.ParseTake(take) : null,
            query["checksum"] is [{ } checksum]
                ? UploadForm.ParseChecksum(checksum)
                : UploadHeaders.Sha256(request, UploadHeaders.ReprDigest) ?? throw new ApiException(
                    400, $"A body that is not multipart/form-data needs session_id, camera_id and checksum in its address; the checksum may also come as {UploadHeaders.ReprDigest}."),
            Manifest(request));
    }

    private static byte[]? Manifest(HttpRequest request)
    {
        if (request.Headers[UploadHeaders.Manifest] is not [{ } base64])
        {
            return null;
        }

        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw new ApiException(400, $"{UploadHeaders.Manifest} must be the manifest's JSON in base64.");
        }
    }

    /// <summary>Compares everything that says how long the whole is.</summary>
    /// <param name="length">What is known then.</param>
    private static IResult? LengthProblem(HttpContext context, long offset, long? known, bool complete, out long? length)
    {
        var fromContent = complete && context.Request.ContentLength is { } content ? offset + content : (long?)null;
        var said = UploadHeaders.Integer(context.Request, UploadHeaders.Length);
        var all = new[] { known, said, fromContent }.OfType<long>().Distinct().ToList();
        length = all.Count > 0 ? all[0] : null;
        return all.Count > 1 ? UploadProblem.InconsistentLength(context, $"The upload's length is said to be {string.Join(" and ", all)} bytes.")
            : length < offset + (context.Request.ContentLength ?? 0) ? UploadProblem.InconsistentLength(context, $"The content reaches beyond the upload's {length} bytes.")
            : null;
    }

    private void SetState(HttpContext context, State state, UploadRow row)
    {
        var headers = context.Response.Headers;
        headers[UploadHeaders.Offset] = state.Offset.ToString(CultureInfo.InvariantCulture);
        headers[UploadHeaders.Complete] = UploadHeaders.Format(state.End is not null);
        if (row.SizeBytes is { } length)
        {
            headers[UploadHeaders.Length] = length.ToString(CultureInfo.InvariantCulture);
        }

        SetLimit(context, row.TouchedAt + server.UploadLifetime - time.GetUtcNow());
    }

    private void SetLimit(HttpContext context, TimeSpan left) => context.Response.Headers[UploadHeaders.Limit] = Limit(left);

    private string Limit(TimeSpan left) =>
        string.Create(CultureInfo.InvariantCulture, $"max-size={server.MaxUploadBytes}, min-size=0, max-age={Math.Max(0, (long)left.TotalSeconds)}");

    private static ApiException Unknown() => new(404, "There is no such upload here any more. Start a new one.");

    private static ApiException InUse() => new(503, "Another server is receiving this upload. Try again.");

    private readonly record struct State(long Offset, UploadEnd? End);
}
