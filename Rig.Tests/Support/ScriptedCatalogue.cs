using System.Text;
using Rig.Actors.Recording;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using static Rig.Actors.Recording.StorageProtocol;

namespace Rig.Tests.Support;

/// <summary>
/// A node's takes in memory, that keep the real disk's promises. What a test does here is published at once; where a storage actor
/// runs over it, that publishes.
/// </summary>
public sealed class ScriptedCatalogue : IRecordingDisk
{
    private readonly Lock gate = new();
    private readonly Dictionary<TakeId, (RecordingEntry Entry, byte[] Video)> takes = [];
    private readonly HashSet<TakeId> open = [];

    public ScriptedCatalogue(StorageSettings? settings = null)
    {
        settings ??= new StorageSettings("/mnt/nvme/recordings", 10, AutoDeleteOffloaded: true, DeleteAfterConfirm: false, BitrateMbps: 6);
        Storage = new StoragePorts(this, settings, new RecordingCatalogue(this, settings), new SealedTakes(), TimeProvider.System);
    }

    public StoragePorts Storage { get; }

    public RecordingCatalogue Published => Storage.Catalogue;

    /// <summary>Called before everything that the disk is asked, with its name: throw for a fault, wait for a disk that stands still.</summary>
    public Action<string> Before { get; set; } = _ => { };

    public DiskSpace Free { get; set; } = new(1_000_000_000_000, 900_000_000_000);

    public void Open(TakeId id)
    {
        lock (gate)
        {
            open.Add(id);
        }
    }

    public RecordingEntry Seal(TakeId id, string reason = TakeEndReason.Stopped, byte[]? video = null, string? path = null)
    {
        video ??= Encoding.ASCII.GetBytes($"the video of {id}");
        var at = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        var entry = new RecordingEntry(
            id, $"{id}.mp4", path ?? $"/v/{id}.mp4", video.Length, at, at.AddSeconds(10), 10, 1280, 720, 30, "h264",
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(video)), 300, 0, reason, [id.CameraId.Value], null);
        lock (gate)
        {
            takes[id] = (entry, video);
        }

        Publish();
        Storage.Sealed.Announce(entry);
        return entry;
    }

    public IReadOnlyList<RecordingEntry> List()
    {
        lock (gate)
        {
            return [.. takes.Values.Select(t => t.Entry)];
        }
    }

    public RecordingEntry? Find(TakeId id)
    {
        lock (gate)
        {
            return takes.TryGetValue(id, out var take) ? take.Entry : null;
        }
    }

    public void Confirm(TakeId id)
    {
        KeepReceipt(Find(id)!, "r", DateTimeOffset.UnixEpoch);
        Publish();
    }

    public bool Delete(TakeId id)
    {
        var deleted = DeleteConfirmed(Find(id)!);
        Publish();
        return deleted;
    }

    /// <summary>What a receipt on the disk says is lost.</summary>
    public void LoseReceipt(TakeId id)
    {
        lock (gate)
        {
            takes[id] = (takes[id].Entry with { ConfirmedAt = null }, takes[id].Video);
        }
    }

    /// <summary>As a storage actor answers.</summary>
    public object Answer(IStorageRequest request)
    {
        switch (request)
        {
            case ConfirmTake confirm when Find(confirm.Id) is not { } take:
                return new TakeNotHere(confirm.Id);
            case ConfirmTake confirm when !string.Equals(Find(confirm.Id)!.Sha256, confirm.Sha256, StringComparison.OrdinalIgnoreCase):
                return new ChecksumDiffers(confirm.Id, Find(confirm.Id)!.Sha256);
            case ConfirmTake confirm:
                Confirm(confirm.Id);
                return new TakeConfirmed(confirm.Id, false);
            case DeleteTake delete when Find(delete.Id) is null:
                return new TakeNotHere(delete.Id);
            case DeleteTake delete:
                return Delete(delete.Id) ? new TakeDeleted(delete.Id) : new TakeKept(delete.Id);
            case DeleteConfirmedTakes:
                var deleted = List().Where(take => Delete(take.Id)).ToList();
                return new ConfirmedTakesDeleted([.. deleted.Select(take => take.Id)], deleted.Sum(take => take.SizeBytes));
            default:
                return Published.Current;
        }
    }

    public IReadOnlyList<RecordingEntry> Read()
    {
        Before(nameof(Read));
        return List();
    }

    public int NextTake(SessionId sessionId, CameraId cameraId)
    {
        Before(nameof(NextTake));
        lock (gate)
        {
            return takes.Keys.Concat(open).Where(t => t.SessionId == sessionId && t.CameraId == cameraId).Select(t => t.Take).DefaultIfEmpty(0).Max() + 1;
        }
    }

    public Stream OpenVideo(TakeId id)
    {
        lock (gate)
        {
            return new MemoryStream(takes[id].Video, writable: false);
        }
    }

    /// <summary>What the manifests say; null for the least.</summary>
    public Func<RecordingEntry, byte[]>? Manifest { get; set; }

    public byte[] ReadManifest(TakeId id) => Manifest is { } manifest ? manifest(Find(id)!) : Encoding.UTF8.GetBytes($$$"""{"version":"1.0","recording":{"id":"{{{id}}}"}}""");

    public void KeepReceipt(RecordingEntry take, string receipt, DateTimeOffset confirmedAt)
    {
        Before(nameof(KeepReceipt));
        lock (gate)
        {
            takes[take.Id] = (take with { ConfirmedAt = confirmedAt }, takes[take.Id].Video);
        }
    }

    public bool DeleteConfirmed(RecordingEntry take)
    {
        Before(nameof(DeleteConfirmed));
        lock (gate)
        {
            return takes.TryGetValue(take.Id, out var here) && here.Entry.ConfirmedAt is not null && takes.Remove(take.Id);
        }
    }

    public DiskSpace Space()
    {
        Before(nameof(Space));
        return Free;
    }

    public string? TestWriting()
    {
        Before(nameof(TestWriting));
        return null;
    }

    private void Publish() => Published.Publish(new Catalogue(Storage.Settings, List(), DiskReading.Of(this)));
}

public sealed class ScriptedSensors : ISensors
{
    public SensorReading Reading { get; set; } = new(50, null, 10, 40, 4000);

    /// <summary>Thrown by the next reading, once.</summary>
    public Exception? Fault { get; set; }

    public SensorReading Read()
    {
        if (Fault is not { } fault)
        {
            return Reading;
        }

        Fault = null;
        throw fault;
    }
}
