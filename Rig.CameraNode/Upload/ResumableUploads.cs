using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Rig.Actors.Recording;
using Rig.Actors.Transfer;

namespace Rig.CameraNode.Upload;

/// <summary>
/// Uploads that go on at the byte, by draft-ietf-httpbis-resumable-upload: an upload resource is made by an empty POST with
/// <c>Upload-Complete: ?0</c>, asked how far it is by HEAD, and continued by PATCH. Where each take's resource is outlives the
/// process in <see cref="UploadLocations"/>, so a restarted node goes on too.
/// </summary>
internal sealed class ResumableUploads(UploadLocations locations)
{
    /// <summary>The manifest travels as a header of the first request, and the server's limit on all headers is 1 MiB.</summary>
    public const int MaxManifestBytes = 700_000;

    private const string PartialUpload = "application/partial-upload";
    private static readonly TimeSpan ShortTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan VerdictTimeout = TimeSpan.FromMinutes(15);

    /// <returns>Null once the server has taken and verified the whole take.</returns>
    public async Task<SendOutcome.Failed?> SendAsync(
        HttpClient http, RecordingEntry take, byte[] manifest, Stream video, UploadOptions options, UploadProgress progress, CancellationToken cancellationToken)
    {
        if (locations.Find(take) is { } known && TryResolve(http, known, out var location))
        {
            switch (await AskOffsetAsync(http, location, cancellationToken))
            {
                // The server has come to an end with it, well or ill: its confirmation tells which.
                case { Complete: true }:
                    locations.Forget(take);
                    return null;
                case { } state when state.Offset <= video.Length:
                    return await AppendAsync(http, location, take, video, state.Offset, options, progress, cancellationToken);
            }

            locations.Forget(take);
        }

        var (created, failure) = await CreateAsync(http, take, manifest, cancellationToken);
        if (created is null)
        {
            return failure;
        }

        locations.Remember(take, created);
        return await AppendAsync(http, created, take, video, 0, options, progress, cancellationToken);
    }

    private static async Task<(Uri? Location, SendOutcome.Failed? Failure)> CreateAsync(HttpClient http, RecordingEntry take, byte[] manifest, CancellationToken cancellationToken)
    {
        using var timeout = Linked(ShortTimeout, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, CreationPath(take)) { Content = new ByteArrayContent([]) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("video/mp4");
        request.Headers.Add("Upload-Complete", "?0");
        request.Headers.Add("Upload-Length", take.SizeBytes.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Rig-Manifest", Convert.ToBase64String(manifest));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
        if (response.IsSuccessStatusCode && response.Headers.Location is { } given && TryResolve(http, given.OriginalString, out var location))
        {
            return (location, null);
        }

        using var reply = await ServerReply.ReadAsync(response, timeout.Token);
        return (null, reply.IsSuccess ? new SendOutcome.Failed("Upload: the server's answer has no usable Location.", true) : reply.ToFailure("Upload"));
    }

    private static async Task<UploadState?> AskOffsetAsync(HttpClient http, Uri location, CancellationToken cancellationToken)
    {
        using var timeout = Linked(ShortTimeout, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Head, location);
        using var response = await http.SendAsync(request, timeout.Token);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return Header(response, "Upload-Offset") is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new UploadState(offset, Header(response, "Upload-Complete") == "?1")
            : null;
    }

    private async Task<SendOutcome.Failed?> AppendAsync(
        HttpClient http, Uri location, RecordingEntry take, Stream video, long offset, UploadOptions options, UploadProgress progress, CancellationToken cancellationToken)
    {
        progress.ResumeAt(offset);
        var content = new TakeBody(video, offset, PartialUpload, options, progress);
        using var request = new HttpRequestMessage(HttpMethod.Patch, location) { Content = content };
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Upload-Complete", "?1");
        using var response = await content.SendAsync(http, request, VerdictTimeout, cancellationToken);
        using var reply = await ServerReply.ReadAsync(response, cancellationToken);
        if (reply.IsSuccess)
        {
            locations.Forget(take);
            return UploadServer.DiskFault(take, content);
        }

        // The next attempt asks for the offset again, unless the server has judged the whole: then it begins again.
        var elsewhere = reply.Status == HttpStatusCode.Conflict && Header(response, "Upload-Offset") is not null;
        var cut = reply.Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;
        if ((int)reply.Status is >= 400 and < 500 && !elsewhere && !cut)
        {
            locations.Forget(take);
        }

        return UploadServer.DiskFault(take, content)
            ?? (elsewhere
                ? new SendOutcome.Failed("Upload: the server is at another byte than it said; it is asked again.", true)
                : reply.ToFailure("Upload"));
    }

    private static string CreationPath(RecordingEntry take) => string.Create(
        CultureInfo.InvariantCulture, $"api/v1/upload?session_id={take.Id.SessionId}&camera_id={take.Id.CameraId}&take={take.Id.Take}&checksum={take.Sha256}");

    private static CancellationTokenSource Linked(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        linked.CancelAfter(timeout);
        return linked;
    }

    /// <summary>A resource elsewhere than on the server itself is not followed: the API key and the video go to the server only.</summary>
    private static bool TryResolve(HttpClient http, string text, out Uri location) =>
        Uri.TryCreate(http.BaseAddress, text, out location!) && location.Scheme == http.BaseAddress!.Scheme && location.Authority == http.BaseAddress.Authority;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private sealed record UploadState(long Offset, bool Complete);
}
