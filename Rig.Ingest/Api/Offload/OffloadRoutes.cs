using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Rig.Domain.Identity;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Ingest.Pull;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Api;

/// <summary>What an owner asks of the takes that are on their way home: what is under way, pause, resume, retry, and reading again what is held.</summary>
internal static class OffloadRoutes
{
    private const int MaxListed = 500;

    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5);

    public static void MapOffload(this WebApplication app)
    {
        app.MapGetAndHead("/api/v1/offload/status", Status).Allow(Roles.Owner, Roles.Member);
        var offload = app.MapGroup("/api/v1/offload").ForOwner();
        offload.MapPost("/pause", (IngestActors actors, CancellationToken cancellationToken) => SetPausedAsync(actors, true, cancellationToken));
        offload.MapPost("/resume", (IngestActors actors, CancellationToken cancellationToken) => SetPausedAsync(actors, false, cancellationToken));
        offload.MapPost("/retry", async (HttpRequest request, TransferBoard board, IngestActors actors, CancellationToken cancellationToken) =>
        {
            var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
            return await RetryAsync(body.Text("recording_id"), board, actors, cancellationToken);
        }).ProducesProblem(StatusCodes.Status404NotFound);
        offload.MapPost("/verify", async (HttpRequest request, SessionVerification verification, CancellationToken cancellationToken) =>
        {
            var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
            return await VerifyAsync(body.Text("session_id"), body.Text("camera_id"), verification, cancellationToken);
        }).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static Ok<OffloadStatusReply> Status(TransferBoard board, IOptions<PullOptions> options)
    {
        var transfers = board.Transfers;
        var rate = transfers.Sum(transfer => transfer.Progress?.BytesPerSecond ?? 0);
        var left = transfers.Where(transfer => transfer.Status != "confirming").Sum(transfer => transfer.SizeBytes - (transfer.Progress?.Bytes ?? 0));
        return TypedResults.Ok(new OffloadStatusReply(
            Success: true,
            board.Paused,
            options.Value.MaxBytesPerSecond,
            transfers.Count(transfer => transfer.Status == "waiting"),
            transfers.Count(transfer => transfer.Status == "pulling"),
            transfers.Count(transfer => transfer.Status == "confirming"),
            transfers.Count(transfer => transfer.Failures > 0),
            left,
            Math.Round(rate),
            rate > 0 ? Math.Ceiling(left / rate) : null,
            board.PulledBytes + transfers.Sum(transfer => transfer.Progress?.ReceivedBytes ?? 0),
            [.. transfers.Take(MaxListed).Select(TransferReply.Of)],
            [.. board.Nodes.Select(node => new NodeReply(node.NodeUrl, node.CameraId, node.SeenAt == DateTimeOffset.MinValue ? null : node.SeenAt, node.Problem))]));
    }

    internal static async Task<Ok<PausedReply>> SetPausedAsync(IngestActors actors, bool paused, CancellationToken cancellationToken)
    {
        object command = paused ? new PullProtocol.Pause() : new PullProtocol.Resume();
        return await actors.Pull.Ask<object>(command, AskTimeout, cancellationToken) switch
        {
            PullProtocol.PauseChanged changed => TypedResults.Ok(new PausedReply(Success: true, changed.Paused)),
            PullProtocol.PauseRefused refused => throw new ApiException(500, refused.Reason),
            var other => throw new InvalidOperationException($"The pull actor answered {other.GetType().Name}."),
        };
    }

    /// <param name="recordingId">Null for every take that failed.</param>
    internal static async Task<Ok<RetryingReply>> RetryAsync(string? recordingId, TransferBoard board, IngestActors actors, CancellationToken cancellationToken)
    {
        TakeId? only = null;
        if (recordingId is { } text)
        {
            only = TakeId.TryParse(text, out var id) ? id : throw new ApiException(400, "recording_id is not one. It looks like GAME_20261121_140000_CAM_L.");
            if (board.Transfers.All(transfer => transfer.Id != id))
            {
                throw new ApiException(404, $"No node offers {id}. Is its camera on, and the take not confirmed yet?");
            }
        }

        var retrying = await actors.Pull.Ask<PullProtocol.Retrying>(new PullProtocol.RetryFailed(only), AskTimeout, cancellationToken);
        return TypedResults.Ok(new RetryingReply(Success: true, retrying.Takes));
    }

    /// <param name="cameraId">Null for all of the session's.</param>
    internal static async Task<Ok<VerificationReply>> VerifyAsync(string? sessionId, string? cameraId, SessionVerification verification, CancellationToken cancellationToken)
    {
        if (!SessionId.TryParse(sessionId, out var session))
        {
            throw new ApiException(400, "session_id is missing or not one. Send {\"session_id\": \"GAME_20261121_140000\"}.");
        }

        CameraId? camera = null;
        if (cameraId is { } name)
        {
            camera = CameraId.TryParse(name, out var parsed) ? parsed : throw new ApiException(400, "camera_id is not one. It looks like CAM_L.");
        }

        var takes = await verification.TryRunAsync(session, camera, cancellationToken)
            ?? throw new ApiException(409, "Another verification runs. Try again when it has ended.");
        var whole = takes.Count(take => take.IsWhole);
        return takes.Count == 0
            ? throw new ApiException(404, $"The server holds no such recording of {session}.")
            : TypedResults.Ok(new VerificationReply(
                Success: true,
                whole,
                takes.Count - whole,
                [.. takes.Select(take => new VerifiedTakeReply(take.Receipt.Id.ToString(), take.IsWhole, take.Receipt.Sha256, take.FoundSha256))]));
    }
}
