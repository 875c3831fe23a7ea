using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.Engine.Simulation;
using Rig.Ingest.Pull;
using Rig.Ingest.Storage;

namespace Rig.Tests.Simulation.Scenarios.Offload;

/// <summary>
/// The ingest server as far as receiving goes: the real <see cref="PullState"/> decides, and the steps of TakePull, TakeDownload and
/// TakeStore are taken in their order on a simulated disk, each range durable before the next, the name before the receipt, the
/// receipt before the confirmation.
/// </summary>
internal sealed class OffloadServer(SimulatedMachine machine, IReadOnlyList<OffloadCamera> cameras, OffloadBug bug)
{
    private const int RangeBytes = 128;
    private const double FlippedBitChance = 0.01;

    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);
    private static readonly SessionLayout Layout = new(Options.Create(new StorageOptions { SessionsPath = "/sessions", TempPath = "/incoming", ProcessingPath = "/processing" }));

    private readonly PullOptions options = new();
    private CrashingDisk disk = null!;
    private ReceiptTable receipts = null!;
    private PullState state = null!;
    private SimulatedProcess process = null!;

    public SimulatedMachine Machine => machine;

    public double CrashChance { get; set; }

    public void Start() => machine.Start(started =>
    {
        try
        {
            Boot(started);
        }
        catch (Exception e) when (e is IOException or ProcessGoneException)
        {
            machine.World.Trace.Note(machine, "does not start: " + e.Message);
            machine.Kill();
        }
    });

    /// <summary>Whether the server would hold these bytes, and know that it does, after a power cut at this instant.</summary>
    public bool HoldsDurably(RecordingId id, string sha256) =>
        machine.Disk.DurableBytesOf(Layout.VideoPath(id)) is { } bytes && Hash(bytes) == sha256 && ReceiptTable.IsDurable(machine.Disk, id, sha256);

    private void Boot(SimulatedProcess started)
    {
        process = started;
        disk = new CrashingDisk(process) { CrashChance = CrashChance };
        disk.CreateFolder(Layout.SessionsPath);
        disk.CreateFolder(Layout.TempPath);
        receipts = new ReceiptTable(disk);
        state = PullState.Empty(options);
        process.Time.CreateTimer(_ => Poll(), null, TimeSpan.Zero, options.PollInterval);
        process.Time.CreateTimer(_ => Next(), null, TickInterval, TickInterval);
    }

    private void Poll()
    {
        foreach (var camera in cameras)
        {
            _ = ListAsync(camera);
        }
    }

    private async Task ListAsync(OffloadCamera camera)
    {
        try
        {
            var listed = await Calls.CallAsync(process, camera.Machine, () => camera.Catalogue!.List().Where(take => take.ConfirmedAt is null).ToList());
            state = state.Listed(Url(camera), [.. listed.Select(take => RemoteTake.TryCreate(Url(camera), take.Id.ToString(), take.SizeBytes, take.Sha256, long.MaxValue, out _)!)]);
        }
        catch (IOException)
        {
            // Asked again at the next poll.
        }
    }

    private void Next()
    {
        disk.CrashChance = CrashChance;
        (state, var start) = state.Next(process.Time.GetUtcNow());
        foreach (var item in start)
        {
            _ = WorkAsync(item, cameras.Single(camera => Url(camera) == item.Take.NodeUrl));
        }
    }

    private async Task WorkAsync(PullItem item, OffloadCamera camera)
    {
        var id = item.Take.Id;
        try
        {
            if (item.Step == PullStep.Fetch)
            {
                await FetchAsync(item.Take, camera);
                state = state.Fetched(id);
            }
            else if (!IsWhole(item.Take))
            {
                state = state.Failed(id, "not whole", process.Time.GetUtcNow(), backToFetch: true);
            }
            else
            {
                var outcome = await Calls.CallAsync(process, camera.Machine, () => camera.Confirm(id, item.Take.Sha256, "{}"));
                state = outcome == ConfirmOutcome.Confirmed ? state.Confirmed(id) : state.Failed(id, $"{outcome}", process.Time.GetUtcNow());
            }
        }
        catch (IOException e)
        {
            state = state.Failed(id, e.Message, process.Time.GetUtcNow());
        }
        catch (ProcessGoneException)
        {
            // So is the state.
        }
    }

    private async Task FetchAsync(RemoteTake take, OffloadCamera camera)
    {
        if (IsWhole(take))
        {
            return;
        }

        var part = Layout.PullPath(take.Id, take.Sha256);
        if (!disk.Disk.Exists(part))
        {
            disk.Change(d => d.Create(part));
        }

        // What an earlier process left may be in the system's memory only.
        var bytes = disk.Disk.Read(part).ToList();
        if (bug is not (OffloadBug.TrustedRemainder or OffloadBug.MissingFileSync))
        {
            disk.Change(d => d.Flush(part));
        }

        while (bytes.Count < take.SizeBytes)
        {
            var (offset, length) = (bytes.Count, (int)Math.Min(RangeBytes, take.SizeBytes - bytes.Count));
            var range = await Calls.CallAsync(process, camera.Machine, () => camera.Catalogue!.Find(take.Id) is null
                ? throw new FileNotFoundException($"{take.Id} is gone.")
                : camera.Held(take.Id)!.AsSpan(offset, length).ToArray());
            if (machine.World.Happens(FlippedBitChance))
            {
                range[machine.World.Pick(range.Length)] ^= 1;
            }

            disk.Change(d => d.Append(part, range));
            bytes.AddRange(range);
            if (bug != OffloadBug.MissingFileSync)
            {
                disk.Change(d => d.Flush(part));
            }
        }

        if (Hash([.. bytes]) != take.Sha256 && bug != OffloadBug.UnverifiedBytes)
        {
            disk.Change(d => d.Delete(part));
            throw new IOException($"{take.Id} arrived with other bytes.");
        }

        TakeOver(take, part);
    }

    private void TakeOver(RemoteTake take, string part)
    {
        if (bug == OffloadBug.EarlyAcknowledgement)
        {
            receipts.Commit(take.Id, take.Sha256, take.SizeBytes);
        }

        var folder = Layout.TakeFolder(take.Id);
        disk.CreateFolder(folder);
        disk.Change(d => d.Rename(part, Layout.VideoPath(take.Id)));
        if (bug != OffloadBug.MissingFolderSync)
        {
            disk.Change(d => d.FlushFolder(folder));
        }

        if (bug != OffloadBug.EarlyAcknowledgement)
        {
            receipts.Commit(take.Id, take.Sha256, take.SizeBytes);
        }
    }

    private bool IsWhole(RemoteTake take) => receipts.Find(take.Id) is { } held && held.Sha256 == take.Sha256
        && (bug == OffloadBug.EarlyAcknowledgement || (disk.Disk.Exists(Layout.VideoPath(take.Id)) && disk.Disk.LengthOf(Layout.VideoPath(take.Id)) == held.SizeBytes));

    private static string Url(OffloadCamera camera) => $"http://{camera.Machine.Name}:8080";

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

/// <summary>Faults planted in what is tested, to see that the rules catch them.</summary>
internal enum OffloadBug
{
    None = 0,

    /// <summary>The receipt is committed, and believed, before the bytes have their name.</summary>
    EarlyAcknowledgement = 1,

    /// <summary>Received bytes are not flushed.</summary>
    MissingFileSync = 2,

    /// <summary>A name that was given is not flushed.</summary>
    MissingFolderSync = 3,

    /// <summary>What a killed process had written is taken for flushed.</summary>
    TrustedRemainder = 5,

    /// <summary>What arrived is taken for what was sent.</summary>
    UnverifiedBytes = 4,
}
