using System.Text.Json;
using Rig.Actors.Recording;
using Rig.CameraNode.SelfTest;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

internal static class SelfTestApi
{
    private const double DefaultSeconds = 10;
    private const double LongestSeconds = 60;

    public static void MapSelfTest(this IEndpointRouteBuilder api)
    {
        api.MapPost("/selftest", RunAsync);
        api.MapGet("/selftest", (SelfTestRunner test) => new { Running = test.IsRunning, test.Last });
    }

    private static async Task<IResult> RunAsync(HttpRequest request, SelfTestRunner test, PublishedNode node, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        var seconds = SecondsOf(body);
        if (node.IsRecording)
        {
            return ApiError.Of(StatusCodes.Status409Conflict, "No self-test while recording. Stop first.");
        }

        return await test.RunAsync(TimeSpan.FromSeconds(seconds)) is { } result
            ? Results.Json(result, statusCode: result.Passed ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError)
            : ApiError.Of(StatusCodes.Status409Conflict, "A self-test runs already.");
    }

    internal static double SecondsOf(JsonElement body) =>
        !body.TryGetProperty("duration_sec", out var wanted) ? DefaultSeconds
        : wanted.ValueKind == JsonValueKind.Number && wanted.GetDouble() is >= 1 and <= LongestSeconds and var given ? given
        : throw new ApiException(StatusCodes.Status400BadRequest, $"'duration_sec' must be a number from 1 to {LongestSeconds}.");
}
