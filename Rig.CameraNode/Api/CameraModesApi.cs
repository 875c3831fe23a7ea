using Microsoft.Extensions.Options;
using Rig.CameraNode.Modes;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

internal static class CameraModesApi
{
    public static void MapCameraModes(this IEndpointRouteBuilder api) => api.MapGet("/camera/modes", (OfferedModes offered, IOptions<CameraOptions> camera) =>
    {
        var source = camera.Value.Source;
        try
        {
            return Results.Json(new
            {
                Source = source,
                ProofRequired = offered.Requires(source),
                Modes = offered.List(source).Select(p => new
                {
                    p.Camera,
                    p.Width,
                    p.Height,
                    p.Fps,
                    p.Codec,
                    p.BitrateMbps,
                    p.Encoder,
                    p.MeasuredFps,
                    p.SlowestSecondFps,
                    HeadroomPercent = Math.Round(((p.MeasuredFps / p.Fps) - 1) * 100, 1),
                    p.MeasuredAt,
                }),
            });
        }
        catch (InvalidDataException)
        {
            return ApiError.Of(StatusCodes.Status500InternalServerError, "The file of measured modes is broken. Move it away and run 'rig-node probe' again.");
        }
    });
}
