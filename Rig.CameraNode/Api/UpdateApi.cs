using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Access;
using Rig.CameraNode.Updates;
using Rig.Hosting.Access;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

internal static class UpdateApi
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);

    public static void MapUpdate(this IEndpointRouteBuilder api)
    {
        var update = api.MapGroup("/update").WithTags("Updates").Allow(Roles.Owner).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status502BadGateway);
        update.MapPost("/check", async (HttpRequest request, Updater updater, PublishedNode node, CancellationToken cancellationToken) =>
        {
            await RequestBody.ReadObjectAsync(request, cancellationToken);
            return await CheckAsync(updater, node, cancellationToken);
        }).WithSummary("Whether there is a newer release.");
        update.MapGet("/check", CheckAsync).WithSummary("Whether there is a newer release.");
        update.MapGet("/history", (UpdateHistory history) => new UpdateAttempts(history.Read())).WithSummary("What was applied on this node, newest first.");
        update.MapPost("/apply", ApplyAsync).Audits("installed an update").WithSummary("Downloads, verifies and puts the newest release in place.");
    }

    private static async Task<UpdateOffer> CheckAsync(Updater updater, PublishedNode node, CancellationToken cancellationToken)
    {
        if (node.IsRecording)
        {
            throw WhileRecording();
        }

        try
        {
            var check = await updater.CheckAsync(cancellationToken);
            return new UpdateOffer(
                check.Available, check.CurrentVersion, check.Latest?.Version, check.Latest?.Name, check.Latest?.Body, check.Archive?.DownloadUrl,
                check.Archive is { } archive ? Math.Round(archive.Size / 1e6, 2) : null);
        }
        catch (UpdateException e)
        {
            throw Problem(e);
        }
    }

    private static async Task<UpdateApplied> ApplyAsync(
        HttpRequest request, Updater updater, PublishedNode node, IOptionsMonitor<UpdateOptions> options, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        await RequestBody.ReadObjectAsync(request, cancellationToken);
        if (node.IsRecording)
        {
            throw WhileRecording();
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

            return new UpdateApplied(true, version, restart);
        }
        catch (UpdateException e)
        {
            throw Problem(e);
        }
    }

    private static ApiException WhileRecording() => new(StatusCodes.Status409Conflict, "No update while recording. Stop first.");

    private static ApiException Problem(UpdateException e) => new(e.InnerException is null ? StatusCodes.Status409Conflict : StatusCodes.Status502BadGateway, e.Message);
}

/// <param name="LatestVersion">Null, as all that follows, where the source names no release.</param>
internal sealed record UpdateOffer(
    bool Available, string CurrentVersion, string? LatestVersion, string? ReleaseName, string? ReleaseNotes, string? DownloadUrl, double? DownloadSizeMb);

/// <param name="Restarting">The node ends now, so that the new version starts.</param>
internal sealed record UpdateApplied(bool Success, string Version, bool Restarting);

internal sealed record UpdateAttempts(IReadOnlyList<UpdateAttempt> History);
