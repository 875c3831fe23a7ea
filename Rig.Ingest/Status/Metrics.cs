using System.Globalization;
using System.Text;
using Rig.Ingest.Pull;
using Rig.Ingest.Receive;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Status;

/// <summary><c>/metrics</c> in Prometheus' text format.</summary>
public sealed class Metrics(StatusReader reader, FreeSpace space, ActiveUploads uploads, TransferBoard board)
{
    private const int Sessions = 100;

    public async Task<string> RenderAsync(CancellationToken cancellationToken)
    {
        var sessions = await reader.SessionsAsync(Sessions, offset: 0, cancellationToken);
        var text = new StringBuilder();
        Gauge(text, "rig_ingest_storage_free_bytes", "Free bytes where the sessions lie.", space.FreeBytes);
        Gauge(text, "rig_ingest_active_uploads", "Uploads that run now.", uploads.Count);
        Counter(text, "rig_ingest_uploaded_bytes_total", "Bytes received by upload since start.", uploads.ReceivedBytes);
        Counter(text, "rig_ingest_pulled_bytes_total", "Bytes pulled from nodes since start.", board.PulledBytes);
        Head(text, "rig_ingest_transfers", "Takes at nodes that are not confirmed yet, by state.", "gauge");
        foreach (var status in new[] { "waiting", "pulling", "confirming" })
        {
            Line(text, $"rig_ingest_transfers{{status=\"{status}\"}}", board.Transfers.Count(transfer => transfer.Status == status));
        }

        Head(text, "rig_ingest_sessions", "The newest 100 sessions, and 100 that arrive, by state.", "gauge");
        foreach (var status in new[] { "receiving", "processing", "failed", "done" })
        {
            Line(text, $"rig_ingest_sessions{{status=\"{status}\"}}", sessions.Count(session => session.Status == status));
        }

        Gauge(text, "rig_ingest_nodes_with_problem", "Nodes that do not answer, or list what cannot be taken.", board.Nodes.Count(node => node.Problem is not null));
        return text.ToString();
    }

    private static void Gauge(StringBuilder text, string name, string help, double value)
    {
        Head(text, name, help, "gauge");
        Line(text, name, value);
    }

    private static void Counter(StringBuilder text, string name, string help, double value)
    {
        Head(text, name, help, "counter");
        Line(text, name, value);
    }

    private static void Head(StringBuilder text, string name, string help, string type) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Line(StringBuilder text, string series, double value) =>
        text.Append(series).Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
