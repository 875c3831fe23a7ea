using Rig.Actors.Recording;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Simulation.World;
using Rig.Tests.Support;

namespace Rig.Simulation.Scenarios;

/// <summary>What a machine really recorded, by true time; its catalogue is what the node finds on disk after a restart.</summary>
internal sealed class TakeLedger(SimulatedMachine machine) : ISessionNoteFile
{
    public const int Fps = 30;

    public static readonly TimeSpan Frame = TimeSpan.FromSeconds(1.0 / Fps);

    private readonly List<(TakeId Id, TimeSpan FirstFrame)> takes = [];
    private SessionNote? note;
    private TakeId? cutOff;
    private DateTimeOffset cutOffAt;

    public ScriptedCatalogue Catalogue { get; } = new();

    /// <summary>The running take; null when there is none.</summary>
    public TakeId? Running { get; private set; }

    /// <summary>Takes in order, with the true time of the first frame.</summary>
    public IReadOnlyList<(TakeId Id, TimeSpan FirstFrame)> Takes => takes;

    public IEnumerable<SessionId> Sessions => takes.Select(take => take.Id.SessionId).Distinct();

    /// <summary>A take ended by an order; told from one that ended with the process.</summary>
    public int Stops { get; private set; }

    /// <summary>Grows with everything that is entered.</summary>
    public int Entries => takes.Count + Stops;

    public void Opened(TakeId id) => Catalogue.Open(id);

    public void Began(TakeId id)
    {
        takes.Add((id, machine.World.Elapsed));
        Running = id;
        machine.World.Trace.Note(machine, $"records {id}");
    }

    public TakeSealed Ended(TakeId id, string reason)
    {
        machine.World.Trace.Note(machine, $"ends {id}: {reason}");
        Running = null;
        Stops++;
        return Seal(id, reason);
    }

    public SessionNote? Read() => note;

    public void Write(SessionNote note) => this.note = note;

    public DateTimeOffset? LastFrameAt(TakeId id) => id == cutOff ? cutOffAt : null;

    /// <summary>The process is gone; what it recorded is found and sealed when the next one starts.</summary>
    /// <param name="now">The machine's clock.</param>
    public void ProcessEnded(DateTimeOffset now)
    {
        if (Running is { } id)
        {
            Running = null;
            (cutOff, cutOffAt) = (id, now);
            Seal(id, TakeEndReason.Repaired);
        }
    }

    private TakeSealed Seal(TakeId id, string reason)
    {
        var at = machine.World.Start;
        var entry = Catalogue.Seal(id, reason);
        var manifest = new Manifest
        {
            Recording = new ManifestRecording(id.ToString(), id.SessionId.Value, id.CameraId.Value, id.CameraId.Position, id.Take, EndReason: reason),
            File = new ManifestFile($"{id}.mp4", entry.SizeBytes, "mp4", "h264"),
            Video = new ManifestVideo(new ManifestResolution(1920, 1080), Fps, 6, 10, 300),
            Timing = new ManifestTiming(at, at.AddSeconds(10), true),
            Checksum = new ManifestChecksum("sha256", entry.Sha256),
            Quality = new ManifestQuality(0),
        };
        return new TakeSealed(id, manifest, entry.FilePath, $"/m/{id}.json", reason);
    }
}
