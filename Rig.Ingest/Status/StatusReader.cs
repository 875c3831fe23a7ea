using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Npgsql;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Ingest.Publish;
using Rig.Ingest.Pull;
using Rig.Ingest.Security;
using Rig.Ingest.Storage;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Status;

/// <summary>Puts together what is known of sessions: receipts and stages from the database, running transfers from the board, files from the disk.</summary>
public sealed class StatusReader(
    NpgsqlDataSource database,
    TakeStore takes,
    TransferBoard board,
    SessionFiles files,
    CameraSet cameras,
    FreeSpace space,
    ActiveUploads uploads,
    IOptions<StorageOptions> storage,
    IOptions<PublishOptions> publish,
    Insecurity insecurity,
    TimeProvider time)
{
    /// <param name="sessions">So many that arrive, and so many of the others, are listed.</param>
    public async Task<ServerView> ServerAsync(int sessions, CancellationToken cancellationToken)
    {
        var arriving = await ArrivingAsync(cancellationToken);
        return new ServerView(
            Math.Round(space.FreeGb, 1),
            storage.Value.MinFreeSpaceGb,
            uploads.Count,
            cameras.Cameras.Select(camera => camera.Value).ToList(),
            publish.Value.ViewerUrl.Length == 0 ? null : publish.Value.ViewerUrl,
            board.Nodes.Select(node => new NodeStatusView(node.NodeUrl, node.CameraId, node.SeenAt, node.Problem)).ToList(),
            await ListAsync(arriving, sessions, offset: 0, cancellationToken),
            Math.Max(0, arriving.Count - sessions),
            insecurity.Sentences);
    }

    /// <summary>
    /// Newest first. Before all others, and beside <paramref name="limit"/>, come as many sessions of which nothing has fully arrived yet, those
    /// on their way first.
    /// </summary>
    public async Task<IReadOnlyList<SessionView>> SessionsAsync(int limit, int offset, CancellationToken cancellationToken) =>
        await ListAsync(offset == 0 ? await ArrivingAsync(cancellationToken) : [], limit, offset, cancellationToken);

    public async Task<SessionView?> SessionAsync(SessionId session, CancellationToken cancellationToken)
    {
        var rows = await RowsAsync(
            "SELECT session_id, created_at, ready_at, ready_reason FROM ingest.sessions WHERE session_id = $1", [new() { Value = session.Value }], cancellationToken);
        if (rows.Count == 0 && board.Transfers.Any(transfer => transfer.Id.SessionId == session))
        {
            rows.Add(new SessionRow(session.Value, time.GetUtcNow(), null, null));
        }

        return await ViewsAsync(rows, cancellationToken) is [var view, ..] ? await WithManifestsAsync(view, session, cancellationToken) : null;
    }

    private async Task<IReadOnlyList<SessionView>> ListAsync(List<string> arriving, int limit, int offset, CancellationToken cancellationToken)
    {
        var rows = await RowsAsync(
            "SELECT session_id, created_at, ready_at, ready_reason FROM ingest.sessions ORDER BY created_at DESC, session_id LIMIT $1 OFFSET $2",
            [new() { Value = limit }, new() { Value = offset }],
            cancellationToken);
        rows.InsertRange(0, arriving.Take(limit).Select(session => new SessionRow(session, time.GetUtcNow(), null, null)));
        return await ViewsAsync(rows, cancellationToken);
    }

    /// <summary>Sessions at the cameras of which nothing has fully arrived.</summary>
    private async Task<List<string>> ArrivingAsync(CancellationToken cancellationToken)
    {
        var sessions = board.Transfers.OrderBy(transfer => transfer.Status == "waiting").Select(transfer => transfer.Id.SessionId.Value).Distinct().ToList();
        var known = await KnownAsync([.. sessions], cancellationToken);
        return sessions.Where(session => !known.Contains(session)).ToList();
    }

    private async Task<SessionView> WithManifestsAsync(SessionView view, SessionId session, CancellationToken cancellationToken)
    {
        var manifests = (await takes.OfSessionAsync(session, cancellationToken)).ToDictionary(receipt => receipt.Id.ToString(), receipt => receipt.Manifest);
        return view with { Takes = view.Takes.Select(take => take with { Manifest = manifests.GetValueOrDefault(take.RecordingId) }).ToList() };
    }

    private async Task<IReadOnlyList<SessionView>> ViewsAsync(List<SessionRow> rows, CancellationToken cancellationToken)
    {
        var ids = rows.Select(row => row.SessionId).ToArray();
        var receipts = (await takes.OfSessionsAsync(ids, cancellationToken)).ToLookup(receipt => receipt.Id.SessionId.Value);
        var stages = await StagesAsync(ids, cancellationToken);
        var conflicts = await ConflictsAsync(ids, cancellationToken);
        var transfers = board.Transfers.ToLookup(transfer => transfer.Id.SessionId.Value);
        return rows.Select(row => View(row, [.. receipts[row.SessionId]], [.. stages[row.SessionId]], [.. conflicts[row.SessionId]], [.. transfers[row.SessionId]])).ToList();
    }

    private SessionView View(SessionRow row, List<Receipt> receipts, List<StageView> stages, List<ConflictView> conflicts, List<TransferView> transfers)
    {
        var session = SessionId.Parse(row.SessionId);
        var takeViews = receipts.Select(receipt => View(receipt, transfers.FirstOrDefault(transfer => transfer.Id == receipt.Id)))
            .Concat(transfers.Where(transfer => receipts.All(receipt => receipt.Id != transfer.Id)).Select(View))
            .OrderBy(take => CameraSet.OrderOf(CameraId.Parse(take.CameraId))).ThenBy(take => take.CameraId, StringComparer.Ordinal).ThenBy(take => take.Take)
            .ToList();
        var readiness = receipts.Count == 0 ? null : SessionReadiness.Decide(
            new SessionTakes(
                session,
                receipts.Select(receipt => new CollectedTake(receipt.Id, receipt.ReceivedAt, receipt.Manifest.Recording.EndReason, receipt.Manifest.Recording.SessionCameras)).ToList(),
                []),
            cameras.Cameras,
            TimeSpan.Zero,
            time.GetUtcNow());
        var expected = readiness?.Expected ?? cameras.Cameras;
        var missing = readiness?.Missing ?? cameras.Cameras;
        var shown = stages.Count > 0 ? stages : Collecting(takeViews, expected.Count, missing.Count);
        return new SessionView(
            row.SessionId,
            StatusOf(stages),
            row.CreatedAt,
            row.QueuedAt,
            row.QueueReason,
            expected.Select(camera => camera.Value).ToList(),
            missing.Select(camera => camera.Value).ToList(),
            takeViews,
            shown,
            conflicts,
            receipts.Count == 0 ? [] : files.List(session).Select(file => file.Name).ToList());
    }

    private static string StatusOf(List<StageView> stages) =>
        stages.Count == 0 ? "receiving"
        : stages.Any(stage => stage.Status == "failed") ? "failed"
        : stages.All(stage => stage.Status == "done") ? "done"
        : "processing";

    /// <summary>Before a session is queued its first two stages are what arrives, the others wait.</summary>
    private static List<StageView> Collecting(List<TakeView> takes, int expected, int missing)
    {
        var size = takes.Sum(take => take.SizeBytes);
        var here = takes.Sum(take => take.ReceivedBytes);
        var cameras = expected - missing;
        var verified = takes.Count(take => take.Status is "verified" or "confirming");
        return Enum.GetValues<PipelineStage>().Select(stage => stage switch
        {
            PipelineStage.Received => Running(stage, size == 0 ? 0 : (double)here / size * Math.Max(1, takes.Count) / Math.Max(expected, takes.Count), $"{cameras} of {expected} cameras are here"),
            PipelineStage.Verified when verified > 0 => Running(stage, (double)verified / Math.Max(expected, takes.Count), $"{verified} recordings verified"),
            _ => new StageView(PipelineStages.NameOf(stage), "waiting", 0, 0, "", null, null, null, null),
        }).ToList();

        static StageView Running(PipelineStage stage, double fraction, string message) =>
            new(PipelineStages.NameOf(stage), "running", 0, Math.Round(Math.Clamp(fraction, 0, 1), 4), message, null, null, null, null);
    }

    private static TakeView View(Receipt receipt, TransferView? transfer)
    {
        var manifest = receipt.Manifest;
        return new TakeView(
            receipt.Id.ToString(),
            receipt.Id.CameraId.Value,
            receipt.Id.Take,
            receipt.DamagedAt is not null ? "damaged" : transfer?.Status == "confirming" ? "confirming" : "verified",
            receipt.SizeBytes,
            receipt.DamagedAt is null ? receipt.SizeBytes : transfer?.Progress?.Bytes ?? 0,
            0,
            receipt.DamagedAt is null,
            receipt.ConfirmedAt is not null,
            receipt.Sha256,
            receipt.Source,
            receipt.ReceivedAt,
            manifest.Video.DurationSec,
            manifest.Video.Frames,
            manifest.Quality?.DroppedFrames,
            manifest.Recording.EndReason,
            transfer?.Failures ?? 0,
            receipt.DamagedAt is not null ? "The file on this server's disk is missing or changed. Send it again from the camera." : receipt.Problem ?? transfer?.Error);
    }

    private static TakeView View(TransferView transfer) => new(
        transfer.Id.ToString(),
        transfer.Id.CameraId.Value,
        transfer.Id.Take,
        transfer.Status,
        transfer.SizeBytes,
        transfer.Progress?.Bytes ?? 0,
        Math.Round(transfer.Progress?.BytesPerSecond ?? 0),
        Verified: false,
        Confirmed: false,
        Sha256: null,
        Source: "pull",
        ReceivedAt: null,
        DurationSec: null,
        Frames: null,
        DroppedFrames: null,
        EndReason: null,
        transfer.Failures,
        transfer.Error);

    private async Task<List<SessionRow>> RowsAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        var rows = new List<SessionRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new SessionRow(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), Instant(reader, 2), Text(reader, 3)));
        }

        return rows;
    }

    private async Task<HashSet<string>> KnownAsync(string[] sessions, CancellationToken cancellationToken)
    {
        if (sessions.Length == 0)
        {
            return [];
        }

        return (await RowsAsync(
            "SELECT session_id, created_at, ready_at, ready_reason FROM ingest.sessions WHERE session_id = ANY($1)", [new() { Value = sessions }], cancellationToken))
            .Select(row => row.SessionId).ToHashSet();
    }

    private async Task<ILookup<string, StageView>> StagesAsync(string[] sessions, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT session_id, stage, status, attempts, fraction, message, result::text, error, started_at, ended_at, cancelled_by
            FROM ingest.stages WHERE session_id = ANY($1) ORDER BY session_id, stage
            """);
        command.Parameters.Add(new() { Value = sessions });
        var stages = new List<(string SessionId, StageView View)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            stages.Add((reader.GetString(0), new StageView(
                PipelineStages.NameOf((PipelineStage)reader.GetInt32(1)),
                reader.GetString(2),
                reader.GetInt32(3),
                Math.Round(reader.GetDouble(4), 4),
                reader.GetString(5),
                Text(reader, 6) is { } result ? JsonNode.Parse(result)!.AsObject() : null,
                Text(reader, 7),
                Instant(reader, 8),
                Instant(reader, 9),
                Text(reader, 10))));
        }

        return stages.ToLookup(stage => stage.SessionId, stage => stage.View);
    }

    private async Task<ILookup<string, ConflictView>> ConflictsAsync(string[] sessions, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT session_id, camera_id, take, sha256, size_bytes, kept_as, reported_at FROM ingest.conflicts WHERE session_id = ANY($1) ORDER BY reported_at");
        command.Parameters.Add(new() { Value = sessions });
        var conflicts = new List<(string SessionId, ConflictView View)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = new TakeId(SessionId.Parse(reader.GetString(0)), CameraId.Parse(reader.GetString(1)), reader.GetInt32(2));
            conflicts.Add((reader.GetString(0), new ConflictView(id.ToString(), reader.GetString(3), reader.GetInt64(4), Text(reader, 5), reader.GetFieldValue<DateTimeOffset>(6))));
        }

        return conflicts.ToLookup(conflict => conflict.SessionId, conflict => conflict.View);
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? Instant(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    private sealed record SessionRow(string SessionId, DateTimeOffset CreatedAt, DateTimeOffset? QueuedAt, string? QueueReason);
}
