using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Framing;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

/// <summary>Is this camera aimed well, and what to change.</summary>
internal static class FramingApi
{
    public static void MapFraming(this IEndpointRouteBuilder api)
    {
        var framing = api.MapGroup("/framing");
        framing.MapGet("/status", Look);
        framing.MapPost("/check", async (HttpRequest request, FramingWatch watch, FramingAssist assist, IOptions<JsonOptions> json, CancellationToken cancellationToken) =>
        {
            await RequestBody.ReadObjectAsync(request, cancellationToken);
            return Look(watch, assist, json);
        });
        framing.MapPost("/assist/start", StartAsync);
        framing.MapPost("/assist/stop", async (HttpRequest request, FramingAssist assist, CancellationToken cancellationToken) =>
        {
            await RequestBody.ReadObjectAsync(request, cancellationToken);
            assist.Stop();
            return Results.Json(new { Success = true, Message = "The help to aim this camera is off." });
        });
    }

    private static IResult Look(FramingWatch watch, FramingAssist assist, IOptions<JsonOptions> json)
    {
        var (result, problem) = watch.Look();
        var body = result is null ? [] : (JsonObject)JsonSerializer.SerializeToNode(result, json.Value.SerializerOptions)!;
        body["available"] = result is not null;
        body["assist_running"] = assist.IsRunning;
        body["confirmed"] = assist.IsConfirmed;
        return problem is null ? Results.Json(body) : ApiError.Of(StatusCodes.Status503ServiceUnavailable, problem, body);
    }

    private static async Task<IResult> StartAsync(HttpRequest request, FramingWatch watch, FramingAssist assist, PublishedNode node, CancellationToken cancellationToken)
    {
        await RequestBody.ReadObjectAsync(request, cancellationToken);
        if (node.IsRecording)
        {
            return ApiError.Of(StatusCodes.Status409Conflict, "This camera is recording: its tones would be heard on the video. Stop first.");
        }

        if (watch.Look().Problem is { } problem)
        {
            return ApiError.Of(StatusCodes.Status503ServiceUnavailable, problem);
        }

        assist.Start();
        return Results.Json(new { Success = true, Message = "Move the camera slowly. Three rising tones say that it is aimed well." });
    }
}
