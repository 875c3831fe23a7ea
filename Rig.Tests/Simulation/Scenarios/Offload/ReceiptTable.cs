using System.Text;
using Rig.Actors.Recording;

namespace Rig.Tests.Simulation.Scenarios.Offload;

/// <summary>The server's table of receipts: a row is durable when <see cref="Commit"/> returns, as PostgreSQL's are.</summary>
internal sealed class ReceiptTable
{
    public const string Folder = "/database";

    private const string Log = Folder + "/receipts";

    private readonly CrashingDisk disk;
    private readonly Dictionary<RecordingId, (string Sha256, long SizeBytes)> rows = [];

    /// <summary>Opens the table after a start, whatever the last one left; a torn row at its end is cut off.</summary>
    public ReceiptTable(CrashingDisk disk)
    {
        this.disk = disk;
        disk.CreateFolder(Folder);
        if (!disk.Disk.Exists(Log))
        {
            disk.Change(d => d.Create(Log));
        }

        disk.Change(d => d.FlushFolder(Folder));
        var (whole, found) = Read(disk.Disk.Read(Log));
        disk.Change(d => d.Truncate(Log, whole));
        disk.Change(d => d.Flush(Log));
        foreach (var (id, sha256, size) in found)
        {
            rows[id] = (sha256, size);
        }
    }

    public (string Sha256, long SizeBytes)? Find(RecordingId id) => rows.TryGetValue(id, out var row) ? row : null;

    public void Commit(RecordingId id, string sha256, long sizeBytes)
    {
        var length = (int)disk.Disk.LengthOf(Log);
        try
        {
            disk.Change(d => d.Append(Log, Encoding.ASCII.GetBytes($"{id} {sha256} {sizeBytes}.\n")));
            disk.Change(d => d.Flush(Log));
        }
        catch (IOException)
        {
            disk.Change(d => d.Truncate(Log, length));
            throw;
        }

        rows[id] = (sha256, sizeBytes);
    }

    /// <summary>Whether the row would be there after a power cut now.</summary>
    public static bool IsDurable(Rig.Engine.Simulation.SimulatedDisk disk, RecordingId id, string sha256) =>
        disk.DurableBytesOf(Log) is { } log && Read(log).Rows.Any(row => row.Id == id && row.Sha256 == sha256);

    private static (int WholeBytes, List<(RecordingId Id, string Sha256, long SizeBytes)> Rows) Read(byte[] log)
    {
        var rows = new List<(RecordingId, string, long)>();
        var whole = 0;
        for (int end; (end = Array.IndexOf(log, (byte)'\n', whole)) >= 0; whole = end + 1)
        {
            if (Encoding.ASCII.GetString(log, whole, end - whole).TrimEnd('.').Split(' ') is not [var id, var sha256, var size]
                || !RecordingId.TryParse(id, out var parsed) || !long.TryParse(size, out var bytes))
            {
                break;
            }

            rows.Add((parsed, sha256, bytes));
        }

        return (whole, rows);
    }
}
