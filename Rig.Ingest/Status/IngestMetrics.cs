using Prometheus;
using Rig.Ingest.Pull;
using Rig.Ingest.Storage;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Status;

/// <summary>The server's figures, read again whenever somebody asks for them.</summary>
internal sealed class IngestMetrics
{
    private const int Sessions = 100;
    private static readonly string[] TransferStates = ["waiting", "pulling", "confirming"];
    private static readonly string[] SessionStates = ["receiving", "processing", "failed", "done"];

    private readonly (StatusReader Reader, FreeSpace Space, ActiveUploads Uploads, TransferBoard Board) sources;
    private readonly Gauge freeBytes;
    private readonly Gauge activeUploads;
    private readonly Counter uploadedBytes;
    private readonly Counter pulledBytes;
    private readonly Gauge transfers;
    private readonly Gauge sessions;
    private readonly Gauge nodesWithProblem;

    public IngestMetrics(CollectorRegistry registry, StatusReader reader, FreeSpace space, ActiveUploads uploads, TransferBoard board)
    {
        sources = (reader, space, uploads, board);
        var metrics = Metrics.WithCustomRegistry(registry);
        freeBytes = metrics.CreateGauge("rig_ingest_storage_free_bytes", "Free bytes where the sessions lie.");
        activeUploads = metrics.CreateGauge("rig_ingest_active_uploads", "Uploads that run now.");
        uploadedBytes = metrics.CreateCounter("rig_ingest_uploaded_bytes_total", "Bytes received by upload since start.");
        pulledBytes = metrics.CreateCounter("rig_ingest_pulled_bytes_total", "Bytes pulled from nodes since start.");
        transfers = metrics.CreateGauge("rig_ingest_transfers", "Takes at nodes that are not confirmed yet, by state.", "status");
        sessions = metrics.CreateGauge("rig_ingest_sessions", "The newest 100 sessions, and 100 that arrive, by state.", "status");
        nodesWithProblem = metrics.CreateGauge("rig_ingest_nodes_with_problem", "Nodes that do not answer, or list what cannot be taken.");
        registry.AddBeforeCollectCallback(ReadAsync);
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var (reader, space, uploads, board) = sources;
        var newest = await reader.SessionsAsync(Sessions, offset: 0, cancellationToken);
        freeBytes.Set(space.FreeBytes);
        activeUploads.Set(uploads.Count);
        uploadedBytes.IncTo(uploads.ReceivedBytes);
        pulledBytes.IncTo(board.PulledBytes);
        foreach (var state in TransferStates)
        {
            transfers.WithLabels(state).Set(board.Transfers.Count(transfer => transfer.Status == state));
        }

        foreach (var state in SessionStates)
        {
            sessions.WithLabels(state).Set(newest.Count(session => session.Status == state));
        }

        nodesWithProblem.Set(board.Nodes.Count(node => node.Problem is not null));
    }
}
