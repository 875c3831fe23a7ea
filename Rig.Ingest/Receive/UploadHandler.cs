using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Rig.Actors.Recording;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Receive;

/// <summary>Seed 001's upload: a take arrives as multipart/form-data, is verified, and is the server's own before the answer is sent.</summary>
internal sealed class UploadHandler(
    IOptions<ServerOptions> options,
    SessionLayout layout,
    FreeSpace space,
    CameraSet cameras,
    TakeStore store,
    ActiveUploads uploads,
    TimeProvider time)
{
    /// <summary>Room for the parts beside the file and for multipart's own lines.</summary>
    private const long OverheadBytes = 2 * ManifestReader.MaxBytes;

    private const int MaxBoundaryLength = 70; // RFC 2046

    public async Task<IResult> UploadAsync(HttpContext context)
    {
        var server = options.Value;
        var request = context.Request;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null; // counted below, as the bytes come
        }

        var boundary = Boundary(request.ContentType);
        if (request.ContentLength > server.MaxUploadBytes + OverheadBytes)
        {
            throw IncomingFile.TooLarge(server.MaxUploadBytes);
        }

        var expectedBytes = request.ContentLength ?? 0;
        if (space.Refuse(expectedBytes) is { } full)
        {
            throw new ApiException(507, full);
        }

        using var active = uploads.Begin();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        deadline.CancelAfter(TimeSpan.FromSeconds(server.UploadTimeoutSec));
        using var form = new UploadForm(cameras);
        try
        {
            await ReadAsync(form, new MultipartReader(boundary, request.Body) { HeadersLengthLimit = 8192 }, expectedBytes, deadline.Token);
            return await TakeOverAsync(form, deadline.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new ApiException(408, $"The upload took longer than {server.UploadTimeoutSec} s. Send it again, or raise Rig:Server:UploadTimeoutSec.");
        }
    }

    private async Task ReadAsync(UploadForm form, MultipartReader reader, long expectedBytes, CancellationToken cancellationToken)
    {
        try
        {
            await form.ReadAsync(reader, body => ReceiveAsync(body, options.Value.MaxUploadBytes, expectedBytes, cancellationToken), cancellationToken);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new ApiException(400, "The upload is broken or was cut off before its end; nothing of it was kept. Send it again.");
        }
    }

    private async Task<IncomingFile> ReceiveAsync(Stream body, long maxBytes, long expectedBytes, CancellationToken cancellationToken)
    {
        var file = new IncomingFile(layout.NewUploadPath());
        try
        {
            await file.WriteFromAsync(body, maxBytes, () => space.Refuse(Math.Max(0, expectedBytes - file.Length)), cancellationToken);
            file.Finish();
            uploads.Received(file.Length);
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
        if (file.Sha256 != checksum)
        {
            throw ApiException.ChecksumMismatch(checksum, file.Sha256);
        }

        file.Seal();
        var facts = new TakeFacts(session, camera, form.Take, file.Length, file.Sha256);
        var manifest = form.Manifest is { } json
            ? ManifestReader.Read(json, facts)
            : await VideoProbe.DescribeAsync(file.Path, facts, time.GetUtcNow(), cancellationToken);
        var id = new RecordingId(session, camera, manifest.Recording.Take);
        var result = await store.CommitAsync(new ArrivedTake(id, file.Path, file.Length, file.Sha256, manifest, "upload"), cancellationToken);
        return result.Outcome == CommitOutcome.Conflict
            ? throw new ApiException(
                409,
                $"The server already holds other bytes as {id}. These were kept apart and reported; the ones held stay. If both are real, send this one as the next take.",
                new JsonObject { ["expected"] = result.Receipt.Sha256, ["calculated"] = file.Sha256 })
            : Results.Json(UploadReplies.Uploaded(result.Receipt));
    }

    private static string Boundary(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var media)
        && media.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(media.Boundary).ToString() is { Length: > 0 and <= MaxBoundaryLength } boundary
            ? boundary
            : throw new ApiException(400, "An upload is multipart/form-data with the parts file, session_id, camera_id, checksum and, if there is one, manifest.");

    private static ApiException Missing(string part) => new(400, $"The upload has no part '{part}'.");
}
