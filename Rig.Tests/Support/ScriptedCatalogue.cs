using System.Text;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;

namespace Rig.Tests.Support;

/// <summary>A catalogue in memory that keeps the real one's promises.</summary>
public sealed class ScriptedCatalogue : IRecordingCatalogue
{
    private readonly Lock gate = new();
    private readonly Dictionary<RecordingId, (RecordingEntry Entry, byte[] Video)> takes = [];
    private readonly HashSet<RecordingId> open = [];

    public event Action? Changed;

    public StorageStatus Status { get; set; } = new("/mnt/nvme/recordings", 1_000_000_000_000, 900_000_000_000, 10_000_000_000, 0, 0, 0, 300, true, null);

    public void Open(RecordingId id)
    {
        lock (gate)
        {
            open.Add(id);
        }
    }

    public RecordingEntry Seal(RecordingId id, string reason = TakeEndReason.Stopped, byte[]? video = null, string? path = null)
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

        Changed?.Invoke();
        return entry;
    }

    public IReadOnlyList<RecordingEntry> List()
    {
        lock (gate)
        {
            return [.. takes.Values.Select(t => t.Entry)];
        }
    }

    public RecordingEntry? Find(RecordingId id)
    {
        lock (gate)
        {
            return takes.TryGetValue(id, out var take) ? take.Entry : null;
        }
    }

    public int NextTake(SessionId sessionId, CameraId cameraId)
    {
        lock (gate)
        {
            return takes.Keys.Concat(open).Where(t => t.SessionId == sessionId && t.CameraId == cameraId).Select(t => t.Take).DefaultIfEmpty(0).Max() + 1;
        }
    }

    public Stream OpenVideo(RecordingId id)
    {
        lock (gate)
        {
            return new MemoryStream(takes[id].Video, writable: false);
        }
    }

    /// <summary>What the manifests say; null for the least.</summary>
    public Func<RecordingEntry, byte[]>? Manifest { get; set; }

    public byte[] ReadManifest(RecordingId id) => Manifest is { } manifest ? manifest(Find(id)!) : Encoding.UTF8.GetBytes($$$"""{"version":"1.0","recording":{"id":"{{{id}}}"}}""");

    public ConfirmOutcome Confirm(RecordingId id, string sha256, string receipt)
    {
        lock (gate)
        {
            if (!takes.TryGetValue(id, out var take))
            {
                return ConfirmOutcome.NotFound;
            }

            if (!string.Equals(take.Entry.Sha256, sha256, StringComparison.OrdinalIgnoreCase))
            {
                return ConfirmOutcome.ChecksumMismatch;
            }

            takes[id] = (take.Entry with { ConfirmedAt = take.Entry.ModifiedAt }, take.Video);
        }

        Changed?.Invoke();
        return ConfirmOutcome.Confirmed;
    }

    public bool DeleteConfirmed(RecordingId id)
    {
        lock (gate)
        {
            return takes.TryGetValue(id, out var take) && take.Entry.ConfirmedAt is not null && takes.Remove(id);
        }
    }
}

public sealed class ScriptedSensors : ISensors
{
    public SensorReading Reading { get; set; } = new(50, null, 10, 40, 4000);

    public SensorReading Read() => Reading;
}
