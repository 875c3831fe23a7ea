using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Domain.Identity;
using Rig.Ingest.Pull;
using Rig.Ingest.Settings;
using Rig.Ingest.Storage;
using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios.Offload;

/// <summary>
/// The ingest server as far as pulling goes: the real pull actor, node client, download streams, part sweep, leases and hand-over, on
/// a simulated disk, network and database.
/// </summary>
internal sealed class OffloadServer(SimulatedMachine machine, IReadOnlyList<OffloadCamera> cameras, OffloadBug bug)
{
    private static readonly IOptions<StorageOptions> Storage =
        Options.Create(new StorageOptions { SessionsPath = "/sessions", TempPath = "/incoming", ProcessingPath = "/processing", MinFreeSpaceGb = 0 });

    private static readonly SessionLayout Layout = new(Storage);
    private static readonly CameraSet Cameras = CameraSet.FromConfiguration(new ConfigurationBuilder().Build());

    private readonly NodeSet nodes = NodeSet.FromConfiguration(new ConfigurationBuilder()
        .AddInMemoryCollection(cameras.Select((camera, n) => KeyValuePair.Create($"{NodeSet.Key}:{n}", (string?)$"http://{camera.Machine.Name}:8080")))
        .Build());

    private readonly Dictionary<TakeId, (string Claim, DateTimeOffset Until)> leases = [];
    private readonly Dictionary<string, List<byte>> remembered = [];

    public SimulatedMachine Machine => machine;

    public double CrashChance { get; set; }

    public void Start() => machine.Start(process =>
    {
        try
        {
            Boot(process);
        }
        catch (Exception e) when (e is IOException or ProcessGoneException)
        {
            machine.World.Trace.Note(machine, "does not start: " + e.Message);
            machine.Kill();
        }
    });

    /// <summary>Whether the server would hold these bytes, and know that it does, after a power cut at this instant.</summary>
    public bool HoldsDurably(TakeId id, string sha256) =>
        machine.Disk.DurableBytesOf(Layout.VideoPath(id)) is { } bytes && Convert.ToHexStringLower(SHA256.HashData(bytes)) == sha256
        && SimulatedReceipts.IsDurable(machine.Disk, id, sha256);

    private void Boot(SimulatedProcess process)
    {
        var disk = new CrashingDisk(process) { CrashChance = CrashChance };
        disk.CreateFolder(Layout.SessionsPath);
        disk.CreateFolder(Layout.TempPath);
        disk.CreateFolder(Layout.ProcessingPath);
        var setting = new TransferSetting(process.Time, process.Scheduler) { RangeBytes = 128, ChunkBytes = 48, SyncBytes = 96 };
        var options = Options.Create(new PullOptions());
        var server = Options.Create(new ServerOptions());
        var takeDisk = new SimulatedTakeDisk(disk, bug);
        var receipts = new SimulatedReceipts(process, disk, bug);
        ITakeVault vault = new TakeStore(receipts, Layout, takeDisk, new TakeNotices(), NullLogger<TakeStore>.Instance);
        if (bug == OffloadBug.EarlyAcknowledgement)
        {
            vault = new HastyVault(vault, receipts);
        }

        var parts = new SimulatedParts(disk, process.Time, bug, remembered);
        var client = new NodeClient(new SimulatedLines(new HttpClient(new SimulatedHttp(process, cameras)) { Timeout = Timeout.InfiniteTimeSpan }), options, server, process.Time);
        var pull = new TakePull(
            client, vault, new SimulatedLeases(process, leases), parts, Layout, new SimulatedFreeSpace(disk, Storage), Cameras, new BandwidthCap(options, process.Time), options, setting);
        var sweep = new PartSweep(Layout, parts, vault, options, process.Time, NullLogger<PartSweep>.Instance);
        var pauseMark = new PauseMark(Layout, takeDisk);
        var board = new TransferBoard();
        process.CreateSystemAsync("ingest", ProductConfig.ServerLocal, system => system.ActorOf(
            Props.Create(() => new PullActor(client, pull, sweep, pauseMark, board, options, server, nodes, setting, NullLogger<PullActor>.Instance)), "pull"));
    }

    /// <summary>A planted fault: gives its word before it has the bytes, and believes it.</summary>
    private sealed class HastyVault(ITakeVault inner, SimulatedReceipts receipts) : ITakeVault
    {
        public Task<Receipt?> FindAsync(TakeId id, CancellationToken cancellationToken) => inner.FindAsync(id, cancellationToken);

        public bool IsWhole(Receipt receipt) => true;

        public Task<CommitResult> CommitAsync(ArrivedTake take, CancellationToken cancellationToken)
        {
            receipts.Commit(take);
            return inner.CommitAsync(take, cancellationToken);
        }

        public Task MarkConfirmedAsync(TakeId id, CancellationToken cancellationToken) => inner.MarkConfirmedAsync(id, cancellationToken);
    }
}

/// <summary>Faults planted beneath what is tested, to see that the rules catch them.</summary>
internal enum OffloadBug
{
    None = 0,

    /// <summary>The receipt is committed, and believed, before the bytes have their name.</summary>
    EarlyAcknowledgement = 1,

    /// <summary>Received bytes are not flushed.</summary>
    MissingFileSync = 2,

    /// <summary>A name that was given is not flushed.</summary>
    MissingFolderSync = 3,

    /// <summary>The database says that a receipt is committed before it is on its disk.</summary>
    LostReceipt = 4,

    /// <summary>What a killed process had written is taken for flushed.</summary>
    TrustedRemainder = 5,

    /// <summary>What an earlier process had written is not hashed again: what it was is taken for what is there.</summary>
    RememberedHash = 6,
}
