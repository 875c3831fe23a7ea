using System.Globalization;
using Microsoft.Extensions.Options;
using Rig.Hosting.Http;
using Rig.Ingest.Intake;
using Rig.Ingest.Settings;
using Rig.Ingest.Storage;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Api;

/// <summary>
/// draft-ietf-httpbis-resumable-upload: a body of nothing but video, with everything else in the address and the headers. The same address takes
/// a whole body that wants no resumption.
/// </summary>
/// <remarks>docs/ref/ingest-api.md.</remarks>
internal sealed class ResumableRequests(IOptions<ServerOptions> options, ResumableUploads uploads, UploadCore core, CameraSet cameras, TimeProvider time)
{
    private readonly ServerOptions server = options.Value;

    public async Task<IResult> CreateAsync(HttpContext context)
    {
        context.LiftBodyLimit();
        var claim = ClaimOf(context.Request, cameras);
        var complete = UploadHeaders.Boolean(context.Request, UploadHeaders.Complete);
        var request = RequestOf(context.Request, complete ?? true);
        try
        {
            return complete is null
                ? await ReceiveWholeAsync(context, claim, request)
                : Answer(
                    context,
                    await uploads.CreateAsync(claim, request, new UploadRequestBody(context), new UploadProgress(context, Limit(server.UploadLifetime), offset: 0), context.RequestAborted),
                    whenAppended: StatusCodes.Status201Created);
        }
        catch (IntakeException e) when (e.Fault == IntakeFault.TooLarge)
        {
            SetLimit(context, server.UploadLifetime);
            throw;
        }
    }

    /// <summary>How far the upload is.</summary>
    public async Task<IResult> HeadAsync(HttpContext context, string id)
    {
        var (upload, state) = await uploads.FindAsync(id, context.RequestAborted);
        SetState(context, state, upload);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.NoContent();
    }

    public async Task<IResult> AppendAsync(HttpContext context, string id)
    {
        context.LiftBodyLimit();
        var request = context.Request;
        if (!string.Equals(request.ContentType?.Split(';')[0].Trim(), "application/partial-upload", StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(415, "What is appended is sent as application/partial-upload.");
        }

        var offset = UploadHeaders.Integer(request, UploadHeaders.Offset) ?? throw new ApiException(400, $"{UploadHeaders.Offset} must say at which byte the content starts.");
        var complete = UploadHeaders.Boolean(request, UploadHeaders.Complete) ?? throw new ApiException(400, $"{UploadHeaders.Complete} must be ?1 when this ends the upload, else ?0.");
        var outcome = await uploads.AppendAsync(
            id, offset, RequestOf(request, complete), new UploadRequestBody(context), new UploadProgress(context, Limit(server.UploadLifetime), offset), context.RequestAborted);
        return outcome is AppendOutcome.WrongOffset wrong
            ? UploadProblem.MismatchingOffset(context, wrong.Offset, offset)
            : Answer(context, outcome, whenAppended: StatusCodes.Status204NoContent);
    }

    public async Task<IResult> CancelAsync(HttpContext context, string id)
    {
        await uploads.CancelAsync(id, context.RequestAborted);
        return TypedResults.NoContent();
    }

    public IResult Describe(HttpContext context)
    {
        SetLimit(context, server.UploadLifetime);
        context.Response.Headers.Allow = "POST, OPTIONS";
        return TypedResults.NoContent();
    }

    private async Task<IResult> ReceiveWholeAsync(HttpContext context, TakeClaim claim, AppendRequest request)
    {
        if (ResumableUploads.WholeLength(request, offset: 0, known: null, out var length) is { } problem)
        {
            return UploadProblem.InconsistentLength(context, problem);
        }

        var budget = core.Admit(length);
        return await core.RunAsync(
            async cancellationToken =>
            {
                using var file = await ReceiveAsync(new UploadRequestBody(context), budget, cancellationToken);
                return TypedResults.Ok(UploadReply.Of(await core.AcceptAsync(file, claim, cancellationToken)));
            },
            context.RequestAborted);
    }

    private async Task<IncomingFile> ReceiveAsync(UploadRequestBody body, FileBudget budget, CancellationToken cancellationToken)
    {
        try
        {
            return await core.ReceiveAsync(body, budget, cancellationToken);
        }
        catch (IOException e) when (e is not SlowSenderException)
        {
            throw IntakeException.Invalid("The upload was cut off before its end; nothing of it was kept. Send it again.");
        }
    }

    private IResult Answer(HttpContext context, AppendOutcome outcome, int whenAppended)
    {
        switch (outcome)
        {
            case AppendOutcome.Appended appended:
                SetState(context, new UploadState(appended.Offset, End: null), appended.Upload);
                return TypedResults.StatusCode(whenAppended);
            case AppendOutcome.Ended ended:
                context.Response.Headers[UploadHeaders.Complete] = UploadHeaders.Format(true);
                context.Response.Headers.Remove("Location");
                return TypedResults.Text(ended.End.Reply, "application/json", statusCode: ended.End.Status);
            case AppendOutcome.AlreadyEnded:
                return UploadProblem.CompletedUpload(context);
            case AppendOutcome.WrongLength wrong:
                return UploadProblem.InconsistentLength(context, wrong.Why);
            case AppendOutcome.Damaged damaged:
                context.Response.Headers[UploadHeaders.Complete] = UploadHeaders.Format(false);
                return ApiError.Of(400, $"The content is not what {UploadHeaders.ContentDigest} says; it was not appended. Send it again from byte {damaged.Offset}.");
            case AppendOutcome.Cut cut:
                context.Response.Headers[UploadHeaders.Complete] = UploadHeaders.Format(false);
                if (cut.IsSuperseded)
                {
                    context.Abort();
                }

                return ApiError.Of(408, "The upload stopped or was too slow; what came is kept. Ask for the offset and go on from there.");
            default:
                throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "An outcome without an answer.");
        }
    }

    private static TakeClaim ClaimOf(HttpRequest request, CameraSet cameras)
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
            ManifestOf(request));
    }

    private static byte[]? ManifestOf(HttpRequest request)
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

    private static AppendRequest RequestOf(HttpRequest request, bool complete) => new(
        request.ContentLength, UploadHeaders.Integer(request, UploadHeaders.Length), UploadHeaders.Sha256(request, UploadHeaders.ContentDigest), complete);

    private void SetState(HttpContext context, UploadState state, UploadRow upload)
    {
        var headers = context.Response.Headers;
        headers[UploadHeaders.Offset] = state.Offset.ToString(CultureInfo.InvariantCulture);
        headers[UploadHeaders.Complete] = UploadHeaders.Format(state.End is not null);
        if (upload.SizeBytes is { } length)
        {
            headers[UploadHeaders.Length] = length.ToString(CultureInfo.InvariantCulture);
        }

        SetLimit(context, upload.TouchedAt + server.UploadLifetime - time.GetUtcNow());
    }

    private void SetLimit(HttpContext context, TimeSpan left) => context.Response.Headers[UploadHeaders.Limit] = Limit(left);

    private string Limit(TimeSpan left) =>
        string.Create(CultureInfo.InvariantCulture, $"max-size={server.MaxUploadBytes}, min-size=0, max-age={Math.Max(0, (long)left.TotalSeconds)}");
}
