using Microsoft.Extensions.Options;
using Rig.CameraNode.Modes;
using Rig.Hosting.Access;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

internal static class CameraModesApi
{
    public static void MapCameraModes(this IEndpointRouteBuilder api) => api.MapGetAndHead("/camera/modes", (OfferedModes offered, IOptions<CameraOptions> camera) =>
    {
        var source = camera.Value.Source;
        try
        {
            return new OfferedModeList(
                source,
                offered.Requires(source),
                [
                    .. offered.List(source).Select(p => new OfferedMode(
                        p.Camera, p.Width, p.Height, p.Fps, p.Codec, p.BitrateMbps, p.Encoder, p.MeasuredFps, p.SlowestSecondFps,
                        Math.Round(((p.MeasuredFps / p.Fps) - 1) * 100, 1), p.MeasuredAt)),
                ]);
        }
        catch (InvalidDataException)
        {
            throw new ApiException(StatusCodes.Status500InternalServerError, "The file of measured modes is broken. Move it away and run 'rig-node probe' again.");
        }
    }).Allow(Roles.Operator).WithTags("Settings").WithSummary("The modes that were measured on this machine and hold.").ProducesProblem(StatusCodes.Status500InternalServerError);
}

/// <param name="ProofRequired">Only these modes are recorded.</param>
internal sealed record OfferedModeList(string Source, bool ProofRequired, IReadOnlyList<OfferedMode> Modes);

/// <param name="HeadroomPercent">Mean speed above real time.</param>
internal sealed record OfferedMode(
    string Camera,
    int Width,
    int Height,
    int Fps,
    string Codec,
    double BitrateMbps,
    string Encoder,
    double MeasuredFps,
    double SlowestSecondFps,
    double HeadroomPercent,
    DateTimeOffset MeasuredAt);
