using Rig.Actors.Recording;
using Rig.CameraNode.Access;
using Rig.CameraNode.Updates;
using Rig.Hosting.Access;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

internal static class UpdateApi
{
    public static void MapUpdate(this IEndpointRouteBuilder api)
    {
        var update = api.MapGroup("/update").WithTags("Updates").Allow(Roles.Owner).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status502BadGateway);
        update.MapPost("/check", async (HttpRequest request, Updater updater, PublishedNode node, CancellationToken cancellationToken) =>
        {
            await RequestBody.ReadObjectAsync(request, cancellationToken);
            return await CheckAsync(updater, node, cancellationToken);
        }).WithSummary("Whether there is a newer release.");
        update.MapGetAndHead("/check", CheckAsync).WithSummary("Whether there is a newer release.");
        update.MapGetAndHead("/history", (UpdateHistory history) => new UpdateAttempts(history.Read())).WithSummary("What was applied on this node, newest first.");
        update.MapPost("/apply", ApplyAsync).Audits("installed an update").WithSummary("Downloads, verifies and puts the newest release in place.");
        update.MapPost("/rollback", RollbackAsync).Audits("went back to the version before").WithSummary("Goes back to the version before the one that runs.");
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
                check.Available, check.CurrentVersion, check.Latest.Version, check.Latest.Name, check.Latest.Body, check.Archive?.DownloadUrl,
                check.Archive is { } archive ? Math.Round(archive.Size / 1e6, 2) : null, check.Refused);
        }
        catch (UpdateException e)
        {
            throw Problem(e);
        }
    }

    private static Task<UpdateApplied> ApplyAsync(HttpRequest request, Updater updater, PublishedNode node, CancellationToken cancellationToken) =>
        SwitchAsync(request, node, () => updater.ApplyAsync(() => node.IsRecording, cancellationToken), cancellationToken);

    private static Task<UpdateApplied> RollbackAsync(HttpRequest request, Updater updater, PublishedNode node, CancellationToken cancellationToken) =>
        SwitchAsync(request, node, () => updater.RollbackAsync(() => node.IsRecording, cancellationToken), cancellationToken);

    private static async Task<UpdateApplied> SwitchAsync(HttpRequest request, PublishedNode node, Func<Task<UpdateOutcome>> work, CancellationToken cancellationToken)
    {
        await RequestBody.ReadObjectAsync(request, cancellationToken);
        if (node.IsRecording)
        {
            throw WhileRecording();
        }

        try
        {
            var outcome = await work();
            return new UpdateApplied(true, outcome.Version, outcome.Restarting);
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
/// <param name="Refused">Why the latest release would not be put in place, though it is newer; else null.</param>
internal sealed record UpdateOffer(
    bool Available, string CurrentVersion, string? LatestVersion, string? ReleaseName, string? ReleaseNotes, string? DownloadUrl, double? DownloadSizeMb, string? Refused);

/// <param name="Restarting">The node ends now, so that the version starts; should it not be well, the one before comes back by itself.</param>
internal sealed record UpdateApplied(bool Success, string Version, bool Restarting);

internal sealed record UpdateAttempts(IReadOnlyList<UpdateAttempt> History);
