using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Updates;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

internal static class UpdateApi
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);

    public static void MapUpdate(this IEndpointRouteBuilder api)
    {
        api.MapPost("/update/check", async (HttpRequest request, Updater updater, PublishedNode node, CancellationToken cancellationToken) =>
        {
            await RequestBody.ReadObjectAsync(request, cancellationToken);
            return await CheckAsync(updater, node, cancellationToken);
        });
        api.MapGet("/update/check", CheckAsync);
        api.MapGet("/update/history", (UpdateHistory history) => new { History = history.Read() });
        api.MapPost("/update/apply", ApplyAsync);
    }

    private static async Task<IResult> CheckAsync(Updater updater, PublishedNode node, CancellationToken cancellationToken)
    {
        if (node.IsRecording)
        {
            return WhileRecording();
        }

        try
        {
            var check = await updater.CheckAsync(cancellationToken);
            return Results.Json(new
            {
                check.Available,
                check.CurrentVersion,
                LatestVersion = check.Latest?.Version,
                ReleaseName = check.Latest?.Name,
                ReleaseNotes = check.Latest?.Body,
                DownloadUrl = check.Archive?.DownloadUrl,
                DownloadSizeMb = check.Archive is { } archive ? Math.Round(archive.Size / 1e6, 2) : (double?)null,
            });
        }
        catch (UpdateException e)
        {
            return Problem(e);
        }
    }

    private static async Task<IResult> ApplyAsync(
        HttpRequest request, Updater updater, PublishedNode node, IOptionsMonitor<UpdateOptions> options, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        await RequestBody.ReadObjectAsync(request, cancellationToken);
        if (node.IsRecording)
        {
            return WhileRecording();
        }

        try
        {
            var version = await updater.ApplyAsync(cancellationToken);

            // A match may have begun during the download; then the new version waits for the next start.
            var restart = options.CurrentValue.RestartAfterApply && !node.IsRecording;
            if (restart)
            {
                _ = Task.Delay(AnswerTime, CancellationToken.None).ContinueWith(_ => lifetime.StopApplication(), TaskScheduler.Default);
            }

            return Results.Json(new { Success = true, Version = version, Restarting = restart });
        }
        catch (UpdateException e)
        {
            return Problem(e);
        }
    }

    private static IResult WhileRecording() => ApiError.Of(StatusCodes.Status409Conflict, "No update while recording. Stop first.");

    private static IResult Problem(UpdateException e) => ApiError.Of(e.InnerException is null ? StatusCodes.Status409Conflict : StatusCodes.Status502BadGateway, e.Message);
}
