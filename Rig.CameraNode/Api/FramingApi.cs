using System.Text.Json.Nodes;
using Rig.Actors.Recording;
using Rig.CameraNode.Framing;
using Rig.Hosting.Access;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

/// <summary>Is this camera aimed well, and what to change.</summary>
internal static class FramingApi
{
    public static void MapFraming(this IEndpointRouteBuilder api)
    {
        var framing = api.MapGroup("/framing").WithTags("Framing").Allow(Roles.Operator).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        framing.MapGetAndHead("/status", Look).WithSummary("How this camera is aimed.");
        framing.MapPost("/check", async (HttpRequest request, FramingWatch watch, FramingAssist assist, CancellationToken cancellationToken) =>
        {
            await RequestBody.ReadObjectAsync(request, cancellationToken);
            return Look(watch, assist);
        }).WithSummary("How this camera is aimed.");
        framing.MapPost("/assist/start", StartAsync).WithSummary("Begins to say by tones how the aim changes.").ProducesProblem(StatusCodes.Status409Conflict);
        framing.MapPost("/assist/stop", async (HttpRequest request, FramingAssist assist, CancellationToken cancellationToken) =>
        {
            await RequestBody.ReadObjectAsync(request, cancellationToken);
            assist.Stop();
            return new Acknowledgement(true, "The help to aim this camera is off.");
        }).WithSummary("Ends the tones.");
    }

    private static FramingView Look(FramingWatch watch, FramingAssist assist)
    {
        var (result, problem) = watch.Look();
        return result is { } r
            ? new FramingView(
                r.Status, r.Score, r.GrassCoverage, r.LinesDetected, r.HasCenterLine, r.HasPenaltyArea, r.HasSideline, r.Message, r.PitchTop, r.TiltDeg,
                r.Sharpness, r.Brightness, r.Overexposed, r.Underexposed, r.Covered, r.Guidance, r.IsGood, true, assist.IsRunning, assist.IsConfirmed)
            : throw new ApiException(
                StatusCodes.Status503ServiceUnavailable,
                problem ?? "The camera has not given a picture yet.",
                new JsonObject { ["available"] = false, ["assist_running"] = assist.IsRunning, ["confirmed"] = assist.IsConfirmed });
    }

    private static async Task<Acknowledgement> StartAsync(HttpRequest request, FramingWatch watch, FramingAssist assist, PublishedNode node, CancellationToken cancellationToken)
    {
        await RequestBody.ReadObjectAsync(request, cancellationToken);
        if (node.IsRecording)
        {
            throw new ApiException(StatusCodes.Status409Conflict, "This camera is recording: its tones would be heard on the video. Stop first.");
        }

        if (watch.Look().Problem is { } problem)
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, problem);
        }

        assist.Start();
        return new Acknowledgement(true, "Move the camera slowly. Three rising tones say that it is aimed well.");
    }
}

/// <summary>How this camera is aimed, by its newest picture.</summary>
/// <param name="Status">no_field, partial, good or excellent.</param>
/// <param name="AssistRunning">Tones say how the aim changes.</param>
/// <param name="Confirmed">The aim was good for long enough since they began.</param>
/// <inheritdoc cref="FramingResult"/>
internal sealed record FramingView(
    string Status,
    double Score,
    double GrassCoverage,
    int LinesDetected,
    bool HasCenterLine,
    bool HasPenaltyArea,
    bool HasSideline,
    string Message,
    double? PitchTop,
    double? TiltDeg,
    double Sharpness,
    double Brightness,
    double Overexposed,
    double Underexposed,
    bool Covered,
    IReadOnlyList<string> Guidance,
    bool IsGood,
    bool Available,
    bool AssistRunning,
    bool Confirmed);
