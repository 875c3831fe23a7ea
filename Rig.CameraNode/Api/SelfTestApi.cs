using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Rig.Actors.Recording;
using Rig.CameraNode.SelfTest;
using Rig.Hosting.Access;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

internal static class SelfTestApi
{
    private const double DefaultSeconds = 10;
    private const double LongestSeconds = 60;

    public static void MapSelfTest(this IEndpointRouteBuilder api)
    {
        var routes = api.MapGroup("/selftest").WithTags("Self-test");
        routes.MapPost("", RunAsync).Allow(Roles.Operator, Roles.Node).WithSummary("Records for some seconds, reads it back, decodes it and deletes it; 500 when that failed.").TakesJson<SelfTestWanted>()
            .Produces<SelfTestResult>().Produces<SelfTestResult>(StatusCodes.Status500InternalServerError).ProducesProblem(StatusCodes.Status409Conflict);
        routes.MapGetAndHead("", (SelfTestRunner test) => new SelfTestStatus(test.IsRunning, test.Last)).Allow(Roles.Operator).WithSummary("The last self-test since the node started.");
    }

    private static async Task<JsonHttpResult<SelfTestResult>> RunAsync(HttpRequest request, SelfTestRunner test, PublishedNode node, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        var seconds = SecondsOf(body);
        if (node.IsRecording)
        {
            throw new ApiException(StatusCodes.Status409Conflict, "No self-test while recording. Stop first.");
        }

        return await test.RunAsync(TimeSpan.FromSeconds(seconds)) is { } result
            ? TypedResults.Json(result, statusCode: result.Passed ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError)
            : throw new ApiException(StatusCodes.Status409Conflict, "A self-test runs already.");
    }

    internal static double SecondsOf(JsonElement body) =>
        !body.TryGetProperty("duration_sec", out var wanted) ? DefaultSeconds
        : wanted.ValueKind == JsonValueKind.Number && wanted.GetDouble() is >= 1 and <= LongestSeconds and var given ? given
        : throw new ApiException(StatusCodes.Status400BadRequest, $"'duration_sec' must be a number from 1 to {LongestSeconds}.");
}

/// <param name="DurationSec">1 to 60; 10 where it is absent.</param>
internal sealed record SelfTestWanted(double? DurationSec);

internal sealed record SelfTestStatus(bool Running, SelfTestResult? Last);
