using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Rig.Actors.Recording;
using Rig.CameraNode.Access;
using Rig.Hosting.Access;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

/// <summary>The camera's picture: one, or as a stream of JPEGs that any browser shows in an img element.</summary>
internal sealed class PreviewApi(PublishedNode node, PreviewFeed previews, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private const string Boundary = "frame";
    private const int MaxViewers = 8;

    /// <summary>At most ten pictures a second.</summary>
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>A still picture is sent again this often, so that a broken connection is noticed.</summary>
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(2);

    private int viewers;

    public static void Map(IEndpointRouteBuilder app)
    {
        var routes = app.MapGroup("/preview").WithTags("Preview").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapGetAndHead("/snapshot", (HttpResponse response, PreviewApi preview) => preview.Snapshot(response)).Allow(Roles.Operator, Roles.Node).WithSummary("The newest picture.").Produces<Stream>(contentType: "image/jpeg");
        routes.MapGetAndHead("", (HttpContext context, PreviewApi preview) => preview.StreamAsync(context)).Allow(Roles.Operator, Roles.Node).EndWithPairing().WithSummary("Pictures as they come, at most 10 a second.").Produces<Stream>(contentType: "multipart/x-mixed-replace");

        // A phone is paired with the node whose page it opened and with no other.
        routes.MapGetAndHead("/{camera}/snapshot", (string camera, HttpContext context, PeerPreview peers) => peers.SnapshotAsync(camera, context)).Allow(Roles.Operator)
            .WithSummary("The newest picture of another of the rig's cameras, by its id.").Produces<Stream>(contentType: "image/jpeg").ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGetAndHead("/{camera}", (string camera, HttpContext context, PeerPreview peers) => peers.StreamAsync(camera, context)).Allow(Roles.Operator).EndWithPairing()
            .WithSummary("Another camera's pictures as they come.").Produces<Stream>(contentType: "multipart/x-mixed-replace").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private FileContentHttpResult Snapshot(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        if (previews.Newest is not { } preview)
        {
            throw NoPicture();
        }

        response.Headers["X-Picture-Age-Ms"] = (time.GetUtcNow() - preview.TakenAt).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        return TypedResults.Bytes(preview.Jpeg, "image/jpeg");
    }

    private async Task StreamAsync(HttpContext context)
    {
        if (previews.Newest is null)
        {
            throw NoPicture();
        }

        if (Interlocked.Increment(ref viewers) > MaxViewers)
        {
            Interlocked.Decrement(ref viewers);
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, $"{MaxViewers} viewers watch this camera already. Use /preview/snapshot.");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            context.Response.ContentType = $"multipart/x-mixed-replace; boundary={Boundary}";
            context.Response.Headers.CacheControl = "no-store";
            if (HttpMethods.IsHead(context.Request.Method))
            {
                return;
            }

            PreviewPicture? shown = null;
            var shownAt = time.GetTimestamp();
            while (true)
            {
                var newest = previews.Newest;
                if (newest is not null && (newest != shown || time.GetElapsedTime(shownAt) > LongestInterval))
                {
                    await WriteAsync(context.Response, newest.Jpeg, stop.Token);
                    (shown, shownAt) = (newest, time.GetTimestamp());
                }

                await Task.Delay(ShortestInterval, time, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The viewer went away or the node is being switched off.
        }
        finally
        {
            Interlocked.Decrement(ref viewers);
        }
    }

    private static async Task WriteAsync(HttpResponse response, byte[] jpeg, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"--{Boundary}\r\nContent-Type: image/jpeg\r\nContent-Length: {jpeg.Length}\r\n\r\n"), cancellationToken);
        await response.Body.WriteAsync(jpeg, cancellationToken);
        await response.Body.WriteAsync("\r\n"u8.ToArray(), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    private ApiException NoPicture() => new(StatusCodes.Status503ServiceUnavailable, node.Current?.Camera.Problem ?? "The camera has not given a picture yet.");
}
