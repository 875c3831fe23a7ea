using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Rig.Domain.Identity;
using Rig.Hosting.Http;
using Rig.Ingest.Hosting;
using Rig.Ingest.Receive;
using Rig.Ingest.Security;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Pull;

/// <summary>The operator's hand on offloading: what is under way, pause, resume, retry, and reading again what is held.</summary>
public sealed class OffloadApi(IngestActors actors, TransferBoard board, TakeStore store, IOptions<PullOptions> options)
{
    private const int MaxBodyBytes = 16 << 10;
    private const int MaxListed = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private int verifying;

    public IResult Status()
    {
        var transfers = board.Transfers;
        var rate = transfers.Sum(transfer => transfer.Progress?.BytesPerSecond ?? 0);
        var left = transfers.Where(transfer => transfer.Status != "confirming").Sum(transfer => transfer.SizeBytes - (transfer.Progress?.Bytes ?? 0));
        return Results.Json(new JsonObject
        {
            ["success"] = true,
            ["paused"] = board.Paused,
            ["max_bytes_per_second"] = options.Value.MaxBytesPerSecond,
            ["waiting"] = transfers.Count(transfer => transfer.Status == "waiting"),
            ["pulling"] = transfers.Count(transfer => transfer.Status == "pulling"),
            ["confirming"] = transfers.Count(transfer => transfer.Status == "confirming"),
            ["failed"] = transfers.Count(transfer => transfer.Failures > 0),
            ["bytes_left"] = left,
            ["bytes_per_second"] = Math.Round(rate),
            ["seconds_left"] = rate > 0 ? Math.Ceiling(left / rate) : null,
            ["received_bytes"] = board.PulledBytes + transfers.Sum(transfer => transfer.Progress?.ReceivedBytes ?? 0),
            ["transfers"] = new JsonArray([.. transfers.Take(MaxListed).Select(View)]),
            ["nodes"] = new JsonArray([.. board.Nodes.Select(node => new JsonObject
            {
                ["url"] = node.NodeUrl,
                ["camera_id"] = node.CameraId,
                ["seen_at"] = node.SeenAt == DateTimeOffset.MinValue ? null : node.SeenAt,
                ["error"] = node.Problem,
            })]),
        });
    }

    public async Task<IResult> SetPausedAsync(bool paused, CancellationToken cancellationToken)
    {
        object command = paused ? new PullProtocol.Pause() : new PullProtocol.Resume();
        return await actors.Pull.Ask<object>(command, Patience, cancellationToken) switch
        {
            PullProtocol.PauseChanged changed => Results.Json(new { success = true, paused = changed.Paused }),
            PullProtocol.PauseRefused refused => throw new ApiException(500, refused.Reason),
            var other => throw new InvalidOperationException($"The pull actor answered {other.GetType().Name}."),
        };
    }

    public async Task<IResult> RetryAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await BodyAsync(request, cancellationToken);
        return await RetryAsync(Text(body?.RootElement, "recording_id"), cancellationToken);
    }

    /// <param name="recording">Null for every take that failed.</param>
    public async Task<IResult> RetryAsync(string? recording, CancellationToken cancellationToken)
    {
        RecordingId? only = null;
        if (recording is { } text)
        {
            only = RecordingId.TryParse(text, out var id) ? id : throw new ApiException(400, "recording_id is not one. It looks like GAME_20261121_140000_CAM_L.");
            if (board.Transfers.All(transfer => transfer.Id != id))
            {
                throw new ApiException(404, $"No node offers {id}. Is its camera on, and the take not confirmed yet?");
            }
        }

        var retrying = await actors.Pull.Ask<PullProtocol.Retrying>(new PullProtocol.RetryFailed(only), Patience, cancellationToken);
        return Results.Json(new { success = true, retrying = retrying.Takes });
    }

    /// <summary>Reads every byte of a session's takes again, one such request at a time. What is damaged is pulled or accepted anew.</summary>
    public async Task<IResult> VerifyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await BodyAsync(request, cancellationToken);
        return await VerifyAsync(Text(body?.RootElement, "session_id"), Text(body?.RootElement, "camera_id"), cancellationToken);
    }

    /// <param name="cameraId">Null for all of the session's.</param>
    public async Task<IResult> VerifyAsync(string? sessionId, string? cameraId, CancellationToken cancellationToken)
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

        if (Interlocked.Exchange(ref verifying, 1) == 1)
        {
            throw new ApiException(409, "Another verification runs. Try again when it has ended.");
        }

        try
        {
            var receipts = (await store.OfSessionAsync(session, cancellationToken)).Where(receipt => camera is null || receipt.Id.CameraId == camera).ToList();
            if (receipts.Count == 0)
            {
                throw new ApiException(404, $"The server holds no such recording of {session}.");
            }

            var takes = new JsonArray();
            var whole = 0;
            foreach (var receipt in receipts)
            {
                var found = await store.VerifyAsync(receipt, cancellationToken);
                whole += found == receipt.Sha256 ? 1 : 0;
                takes.Add(new JsonObject
                {
                    ["recording_id"] = receipt.Id.ToString(),
                    ["verified"] = found == receipt.Sha256,
                    ["expected"] = receipt.Sha256,
                    ["found"] = found,
                });
            }

            return Results.Json(new JsonObject { ["success"] = true, ["verified"] = whole, ["damaged"] = receipts.Count - whole, ["takes"] = takes });
        }
        finally
        {
            Volatile.Write(ref verifying, 0);
        }
    }

    private static JsonObject View(TransferView transfer) => new()
    {
        ["recording_id"] = transfer.Id.ToString(),
        ["session_id"] = transfer.Id.SessionId.Value,
        ["camera_id"] = transfer.Id.CameraId.Value,
        ["node_url"] = transfer.NodeUrl,
        ["status"] = transfer.Status,
        ["size_bytes"] = transfer.SizeBytes,
        ["received_bytes"] = transfer.Progress?.Bytes ?? 0,
        ["bytes_per_second"] = Math.Round(transfer.Progress?.BytesPerSecond ?? 0),
        ["failures"] = transfer.Failures,
        ["error"] = transfer.Error,
    };

    /// <returns>Null for an empty body.</returns>
    private static async Task<JsonDocument?> BodyAsync(HttpRequest request, CancellationToken cancellationToken) =>
        request.ContentLength is null or 0 ? null : await JsonBody.ReadObjectAsync(request, MaxBodyBytes, cancellationToken);

    private static string? Text(JsonElement? root, string name) =>
        root is { } body && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

internal static class OffloadRoutes
{
    public static void MapOffload(this WebApplication app)
    {
        var offload = app.MapGroup("/api/v1/offload").RefuseOtherSites();
        offload.MapGet("/status", (OffloadApi api) => api.Status());
        offload.MapPost("/pause", (OffloadApi api, CancellationToken cancellationToken) => api.SetPausedAsync(true, cancellationToken));
        offload.MapPost("/resume", (OffloadApi api, CancellationToken cancellationToken) => api.SetPausedAsync(false, cancellationToken));
        offload.MapPost("/retry", (HttpRequest request, OffloadApi api, CancellationToken cancellationToken) => api.RetryAsync(request, cancellationToken));
        offload.MapPost("/verify", (HttpRequest request, OffloadApi api, CancellationToken cancellationToken) => api.VerifyAsync(request, cancellationToken));
    }
}
