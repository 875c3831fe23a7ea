using Microsoft.Extensions.Options;
using Rig.Hosting.Http;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Receive;

/// <summary>Seed 001's upload: a take arrives as multipart/form-data, is verified, and is the server's own before the answer is sent.</summary>
internal sealed class UploadHandler(
    IOptions<ServerOptions> options,
    SessionLayout layout,
    FreeSpace space,
    CameraSet cameras,
    TakeIntake intake,
    ActiveUploads uploads)
{
    /// <summary>Room for the parts beside the file and for multipart's own lines.</summary>
    private const long OverheadBytes = 2 * ManifestReader.MaxBytes;

    /// <summary>A form is received whole or not at all; it cannot go on over several requests.</summary>
    public static bool Takes(HttpRequest request)
    {
        var isForm = request.ContentType?.TrimStart().StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true;
        return isForm && UploadHeaders.Boolean(request, UploadHeaders.Complete) == false
            ? throw new ApiException(400, "A multipart/form-data upload cannot be resumed. Send the video itself as video/mp4, with session_id, camera_id and checksum in the address.")
            : isForm;
    }

    public async Task<IResult> UploadAsync(HttpContext context)
    {
        var server = options.Value;
        var request = context.Request;
        UploadRequest.LiftBodyLimit(context);
        var body = MultipartBody.Of(request);
        if (request.ContentLength > server.MaxUploadBytes + OverheadBytes)
        {
            throw FileBudget.TooLarge(server.MaxUploadBytes);
        }

        var budget = new FileBudget(space, server.MaxUploadBytes, request.ContentLength ?? 0);
        budget.Allow(0);
        using var active = uploads.Begin();
        return await UploadRequest.WithinAsync(server.UploadTimeoutSec, context, async cancellationToken =>
        {
            using var form = new UploadForm(cameras);
            try
            {
                await form.ReadAsync(body, () => ReceiveAsync(body, budget, cancellationToken), cancellationToken);
            }
            catch (Exception e) when (e is IOException and not BadHttpRequestException { StatusCode: 408 })
            {
                throw new ApiException(400, "The upload is broken or was cut off before its end; nothing of it was kept. Send it again.");
            }

            return await TakeOverAsync(form, cancellationToken);
        });
    }

    private async Task<IncomingFile> ReceiveAsync(MultipartBody body, FileBudget budget, CancellationToken cancellationToken)
    {
        var file = IncomingFile.Create(layout.NewUploadPath());
        try
        {
            await body.ReadAsync(
                piece =>
                {
                    budget.Allow(file.Length + piece.Length);
                    uploads.Received(piece.Length);
                    return file.AppendAsync(piece);
                },
                cancellationToken);
            file.Finish();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private async Task<IResult> TakeOverAsync(UploadForm form, CancellationToken cancellationToken)
    {
        var session = form.SessionId ?? throw Missing("session_id");
        var camera = form.CameraId ?? throw Missing("camera_id");
        var checksum = form.Checksum ?? throw Missing("checksum");
        var file = form.File ?? throw Missing("file");
        var receipt = await intake.AcceptAsync(file, new TakeClaim(session, camera, form.Take, checksum, form.Manifest), cancellationToken);
        return Results.Json(UploadReplies.Uploaded(receipt));
    }

    private static ApiException Missing(string part) => new(400, $"The upload has no part '{part}'.");
}
