using Microsoft.AspNetCore.Http.HttpResults;
using Rig.Hosting.Http;
using Rig.Ingest.Intake;
using Rig.Ingest.Storage;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Api;

/// <summary>Uploads as multipart/form-data, in one request.</summary>
internal sealed class FormUploads(CameraSet cameras, UploadCore core)
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

    public async Task<Ok<UploadReply>> UploadAsync(HttpContext context)
    {
        context.LiftBodyLimit();
        var body = MultipartBody.Of(context.Request);
        var budget = core.Admit(context.Request.ContentLength is { } length ? Math.Max(0, length - OverheadBytes) : null);
        return await core.RunAsync(
            async cancellationToken =>
            {
                using var form = new UploadForm(cameras);
                try
                {
                    await form.ReadAsync(body, () => core.ReceiveAsync(body, budget, cancellationToken), cancellationToken);
                }
                catch (IOException e) when (e is not SlowSenderException)
                {
                    throw IntakeException.Invalid("The upload is broken or was cut off before its end; nothing of it was kept. Send it again.");
                }

                var claim = form.Claim();
                return TypedResults.Ok(UploadReply.Of(await core.AcceptAsync(form.RequireFile(), claim, cancellationToken)));
            },
            context.RequestAborted);
    }
}
