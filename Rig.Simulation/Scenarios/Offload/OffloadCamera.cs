using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Modes;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios.Offload;

/// <summary>
/// A camera node as far as offloading goes: the real storage actor, sealer and retention on a simulated disk, and a recorder that makes
/// small takes. Half of the nodes delete a take as soon as it is confirmed, the others when room is short.
/// </summary>
internal sealed class OffloadCamera(SimulatedMachine machine, CameraId cameraId, OffloadLedger ledger, bool deletesAtOnce)
{
    private const int MaxTakeBytes = 400;
    private const int ShortOfRoomBytes = 1500;

    private static readonly SessionId Session = SessionId.Parse("GAME_20260606_100000");
    private static readonly TimeSpan KeepInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(10);

    private static ReadOnlySpan<byte> Mp4Head => [0, 0, 0, 8, (byte)'f', (byte)'t', (byte)'y', (byte)'p'];

    private readonly IOptions<StorageOptions> options = Options.Create(
        new StorageOptions { RecordingsPath = "/recordings", ManifestsPath = "/manifests", MinFreeSpaceGb = 1, DeleteAfterConfirm = deletesAtOnce });

    private CrashingDisk? disk;
    private SimulatedRecordingFiles? files;
    private RecordingDisk? takes;
    private SealedTakes sealing = new();
    private IActorRef storage = ActorRefs.Nobody;

    public SimulatedMachine Machine => machine;

    public double CrashChance { get; set; }

    public bool Records { get; set; } = true;

    /// <summary>Of the running process; null when there is none.</summary>
    public RecordingCatalogue? Catalogue { get; private set; }

    public void Start() => machine.Start(process => Guarded(() => Boot(process), orElse: machine.Kill));

    /// <summary>The bytes that the node would still play, by the catalogue of its running process.</summary>
    public byte[]? Held(TakeId id) => machine.IsRunning && Catalogue?.Find(id) is { } entry ? machine.Disk.Read(entry.FilePath) : null;

    /// <summary>What the confirm route does. Runs in the node's process, and its answer too.</summary>
    /// <param name="answer">Whether it was confirmed; not called where the process ends meanwhile.</param>
    public void Confirm(TakeId id, string sha256, string receipt, Action<bool> answer)
    {
        var process = machine.Process!;
        storage.Ask<object>(new StorageProtocol.ConfirmTake(id, sha256, receipt), ConfirmTimeout).ContinueWith(
            asked =>
            {
                var confirmed = asked is { IsCompletedSuccessfully: true, Result: StorageProtocol.TakeConfirmed };
                if (confirmed)
                {
                    ledger.Confirmed(id);
                }

                answer(confirmed);
            },
            process.Scheduler);
    }

    private void Boot(SimulatedProcess process)
    {
        (Catalogue, storage) = (null, ActorRefs.Nobody);
        disk = new CrashingDisk(process) { CrashChance = CrashChance };
        files = new SimulatedRecordingFiles(disk, Space, Deleting);
        files.CreateDirectory(options.Value.RecordingsPath);
        files.CreateDirectory(options.Value.ManifestsPath);
        takes = new RecordingDisk(options, files, NullLogger<RecordingDisk>.Instance);
        sealing = new SealedTakes();
        var settings = options.Value.ToSettings(new CameraOptions());
        Catalogue = new RecordingCatalogue(takes, settings);
        var ports = new StoragePorts(takes, settings, Catalogue, sealing, process.Time);
        _ = process.CreateSystemAsync("node", ProductConfig.CameraLocal, system => storage = system.ActorOf(StorageActor.PropsOf(ports, () => null), "storage"));
        process.Time.CreateTimer(_ => Guarded(Record), null, machine.World.Between(TimeSpan.FromSeconds(1), KeepInterval), machine.World.Between(TimeSpan.FromSeconds(2), KeepInterval));
    }

    private void Record()
    {
        if (!Records)
        {
            return;
        }

        disk!.CrashChance = CrashChance;
        var world = machine.World;
        var id = new TakeId(Session, cameraId, Catalogue!.NextTake(Session, cameraId));
        var paths = TakePaths.Of(options.Value, id);
        var bytes = new byte[Mp4Head.Length + world.Pick(MaxTakeBytes)];
        Mp4Head.CopyTo(bytes);
        for (var i = Mp4Head.Length; i < bytes.Length; i++)
        {
            bytes[i] = (byte)world.Pick(256);
        }

        var open = new OpenTake
        {
            RecordingId = id.ToString(),
            ScheduledStartMaster = world.Now,
            SessionCameras = [cameraId.Value],
            Source = "simulated",
            Codec = "h264",
            Width = 1920,
            Height = 1080,
            Fps = 30,
            BitrateMbps = 6,
            First = new OpenTake.FirstFrame(0, 0, 0),
        };
        files!.CreateDirectory(paths.RecordingFolder);
        files.WriteAtomic(paths.Open, open.ToUtf8Json());
        using (var video = files.Create(paths.Video))
        {
            files.SyncDirectory(paths.RecordingFolder);
            video.Append(bytes);
            video.SyncData();
        }

        var timeline = new TakeTimeline(open.FrameDurationNs);
        timeline.Add(0, 0, TakeTimeline.UnknownReason);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        ledger.Sealing(id, sha256);
        var take = TakeSealer.Seal(files, paths, open, new TakeContent(bytes.Length, sha256, timeline), TakeEndReason.Stopped);
        ledger.Sealed(id);
        sealing.Announce(takes!.Describe(take));
    }

    private (long Total, long Free) Space()
    {
        var used = machine.Disk.Files(options.Value.RecordingsPath).Sum(machine.Disk.LengthOf);
        return (long.MaxValue / 2, used > ShortOfRoomBytes ? (long)(options.Value.MinFreeSpaceGb * 1e9) - used : long.MaxValue / 2);
    }

    private void Deleting(string path)
    {
        if (path.EndsWith(".mp4", StringComparison.Ordinal) && TakeId.TryParse(Path.GetFileNameWithoutExtension(path), out var id))
        {
            ledger.Deleting(id);
        }
    }

    private void Guarded(Action action, Action? orElse = null)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or ProcessGoneException)
        {
            machine.World.Trace.Note(machine, e.Message);
            orElse?.Invoke();
        }
    }
}
