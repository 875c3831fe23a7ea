using System.Text;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Ingest.Storage;
using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios.Offload;

/// <summary>The table of receipts: a row is durable when its commit returns, as PostgreSQL's are.</summary>
internal sealed class SimulatedReceipts : IReceiptTable
{
    public const string Folder = "/database";

    private const string Log = Folder + "/receipts";

    private static readonly TimeSpan MostPerCall = TimeSpan.FromMilliseconds(10);

    private readonly SimulatedProcess process;
    private readonly CrashingDisk disk;
    private readonly OffloadBug bug;
    private readonly Dictionary<TakeId, Receipt> rows = [];
    private readonly HashSet<TakeId> locked = [];

    /// <summary>Opens the table after a start, whatever the last one left; a torn row at its end is cut off.</summary>
    public SimulatedReceipts(SimulatedProcess process, CrashingDisk disk, OffloadBug bug)
    {
        (this.process, this.disk, this.bug) = (process, disk, bug);
        disk.CreateFolder(Folder);
        if (!disk.Disk.Exists(Log))
        {
            disk.Change(d => d.Create(Log));
        }

        disk.Change(d => d.FlushFolder(Folder));
        var (whole, found) = Read(disk.Disk.Read(Log));
        disk.Change(d => d.Truncate(Log, whole));
        disk.Change(d => d.Flush(Log));
        foreach (var row in found)
        {
            rows[row.Id] = row;
        }
    }

    /// <summary>Whether the row would be there after a power cut now.</summary>
    public static bool IsDurable(SimulatedDisk disk, TakeId id, string sha256) =>
        disk.DurableBytesOf(Log) is { } log && log.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"{id} {sha256} ")) is >= 0 and var row
        && log.AsSpan(row).IndexOf((byte)'\n') is > 0 and var end && log.AsSpan(row, end).EndsWith(" ."u8);

    public async Task<Receipt?> FindAsync(TakeId id, CancellationToken cancellationToken)
    {
        await CallAsync(cancellationToken);
        return rows.GetValueOrDefault(id);
    }

    public async Task<IReadOnlyList<Receipt>> OfSessionsAsync(string[] sessions, CancellationToken cancellationToken)
    {
        await CallAsync(cancellationToken);
        return Ordered(row => sessions.Contains(row.Id.SessionId.Value));
    }

    public async Task<Receipt?> NewestAsync(SessionId session, CameraId camera, CancellationToken cancellationToken)
    {
        await CallAsync(cancellationToken);
        return Ordered(row => row.Id.SessionId == session && row.Id.CameraId == camera).LastOrDefault();
    }

    public async Task<IReadOnlyList<Receipt>> WithBytesAsync(SessionId session, CameraId camera, string sha256, CancellationToken cancellationToken)
    {
        await CallAsync(cancellationToken);
        return Ordered(row => row.Id.SessionId == session && row.Id.CameraId == camera && row.Sha256 == sha256);
    }

    public async Task MarkConfirmedAsync(TakeId id, CancellationToken cancellationToken)
    {
        await CallAsync(cancellationToken);
        rows[id] = rows[id] with { ConfirmedAt = process.Time.GetUtcNow() };
    }

    public async Task MarkDamagedAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        await CallAsync(cancellationToken);
        rows[receipt.Id] = receipt with { DamagedAt = process.Time.GetUtcNow() };
    }

    public async Task<IReceiptChange> BeginAsync(TakeId id, CancellationToken cancellationToken)
    {
        do
        {
            await CallAsync(cancellationToken);
        }
        while (!locked.Add(id));
        return new Change(this, id);
    }

    /// <summary>For a planted fault: a receipt without a hand-over.</summary>
    public void Commit(ArrivedTake take)
    {
        var row = new Receipt(take.Id, take.SizeBytes, take.Sha256, take.Manifest, take.Source, process.Time.GetUtcNow(), DamagedAt: null, Problem: take.Problem);
        var length = (int)disk.Disk.LengthOf(Log);
        try
        {
            disk.Change(d => d.Append(Log, Encoding.ASCII.GetBytes($"{row.Id} {row.Sha256} {row.SizeBytes} {Convert.ToBase64String(row.Manifest.ToUtf8Json())} .\n")));
            if (bug != OffloadBug.LostReceipt)
            {
                disk.Change(d => d.Flush(Log));
            }
        }
        catch (IOException)
        {
            disk.Change(d => d.Truncate(Log, length));
            throw;
        }

        rows[row.Id] = row;
    }

    private Task CallAsync(CancellationToken cancellationToken) =>
        Task.Delay(process.Machine.World.Between(TimeSpan.Zero, MostPerCall), process.Time, cancellationToken);

    private List<Receipt> Ordered(Func<Receipt, bool> which) =>
        rows.Values.Where(which).OrderBy(row => row.Id.CameraId.Value, StringComparer.Ordinal).ThenBy(row => row.Id.Take).ToList();

    private static (int WholeBytes, List<Receipt> Rows) Read(byte[] log)
    {
        var rows = new List<Receipt>();
        var whole = 0;
        for (int end; (end = Array.IndexOf(log, (byte)'\n', whole)) >= 0; whole = end + 1)
        {
            if (Encoding.ASCII.GetString(log, whole, end - whole).Split(' ') is not [var id, var sha256, var size, var manifest, "."]
                || !TakeId.TryParse(id, out var parsed) || !long.TryParse(size, out var bytes))
            {
                break;
            }

            rows.Add(new Receipt(parsed, bytes, sha256, Manifest.Parse(Convert.FromBase64String(manifest)), "pull", DateTimeOffset.UnixEpoch, DamagedAt: null));
        }

        return (whole, rows);
    }

    private sealed class Change(SimulatedReceipts table, TakeId id) : IReceiptChange
    {
        private ArrivedTake? written;

        public Task<Receipt?> FindAsync(CancellationToken cancellationToken) => table.FindAsync(id, cancellationToken);

        public async Task<Receipt> WriteAsync(ArrivedTake take, CancellationToken cancellationToken)
        {
            await table.CallAsync(cancellationToken);
            written = take;
            return new Receipt(take.Id, take.SizeBytes, take.Sha256, take.Manifest, take.Source, table.process.Time.GetUtcNow(), DamagedAt: null, Problem: take.Problem);
        }

        public async Task<DateTimeOffset> DescribeAsync(Manifest manifest, CancellationToken cancellationToken)
        {
            await table.CallAsync(cancellationToken);
            var row = table.rows[id];
            written = new ArrivedTake(id, "", row.SizeBytes, row.Sha256, manifest, row.Source, row.Problem);
            return table.process.Time.GetUtcNow();
        }

        public Task<long> CountKeptConflictsAsync(string exceptSha256, CancellationToken cancellationToken) => Task.FromResult(0L);

        public Task WriteConflictAsync(ArrivedTake take, string? keptAs, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"{take.Id} came with other bytes, and no node of this world sends such.");

        public async Task CommitAsync(CancellationToken cancellationToken)
        {
            await table.CallAsync(cancellationToken);
            if (written is not null)
            {
                table.Commit(written);
            }
        }

        public ValueTask DisposeAsync()
        {
            table.locked.Remove(id);
            return ValueTask.CompletedTask;
        }
    }
}
