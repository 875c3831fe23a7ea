using System.Globalization;
using Rig.Actors.Recording;

namespace Rig.CameraNode.Api;

internal static class PreviewApi
{
    public static void MapPreview(this IEndpointRouteBuilder app) => app.MapGet("/preview/snapshot", (HttpResponse response, ICamera camera, TimeProvider time) =>
    {
        response.Headers.CacheControl = "no-store";
        if (camera.Preview is not { } preview)
        {
            return ApiError.Of(StatusCodes.Status503ServiceUnavailable, camera.Status.Problem ?? "The camera has not given a picture yet.");
        }

        response.Headers["X-Picture-Age-Ms"] = (time.GetUtcNow() - preview.TakenAt).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        return Results.Bytes(preview.Jpeg, "image/jpeg");
    });
}
