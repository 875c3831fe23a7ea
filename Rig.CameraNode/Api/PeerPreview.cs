using Rig.CameraNode.Peers;
using Rig.Domain.Identity;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

/// <summary>Other cameras' pictures, asked of them as one node asks another, for phones that are paired with this node.</summary>
internal sealed class PeerPreview(PeerList peers, PeerHttp http, IHostApplicationLifetime lifetime)
{
    private const string AgeHeader = "X-Picture-Age-Ms";

    /// <exception cref="ApiException">404: no camera of this rig; 503: it gives no picture.</exception>
    public async Task<IResult> SnapshotAsync(string camera, HttpContext context)
    {
        using var answer = await AskAsync(camera, "/preview/snapshot", "image/jpeg", wait: true, context.RequestAborted);
        if (answer.Headers.TryGetValues(AgeHeader, out var age))
        {
            context.Response.Headers[AgeHeader] = age.First();
        }

        return TypedResults.Bytes(await answer.Content.ReadAsByteArrayAsync(context.RequestAborted), "image/jpeg");
    }

    /// <exception cref="ApiException">404: no camera of this rig; 503: it gives no picture.</exception>
    public async Task StreamAsync(string camera, HttpContext context)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        using var answer = await AskAsync(camera, "/preview", "multipart/x-mixed-replace", wait: false, stop.Token);
        context.Response.ContentType = answer.Content.Headers.ContentType!.ToString();
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        try
        {
            await answer.Content.CopyToAsync(context.Response.Body, stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            // The viewer or the camera went away, or this node is being switched off.
        }
    }

    /// <param name="wait">For the whole body, of bounded size; else it is read as it comes.</param>
    private async Task<HttpResponseMessage> AskAsync(string camera, string path, string contentType, bool wait, CancellationToken cancellationToken)
    {
        if (!CameraId.TryParse(camera, out var id) || peers.List().FirstOrDefault(peer => peer.CameraId == id) is not { } peer)
        {
            throw new ApiException(StatusCodes.Status404NotFound, "There is no such camera in this rig.");
        }

        var (answer, error) = await http.OpenAsync(peer, path, wait, cancellationToken);
        if (answer is { IsSuccessStatusCode: true } && answer.Content.Headers.ContentType?.MediaType == contentType)
        {
            return answer;
        }

        answer?.Dispose();
        throw new ApiException(StatusCodes.Status503ServiceUnavailable, error ?? $"{id} gives no picture right now.");
    }
}
