using System.Collections.Immutable;
using Rig.Domain.Identity;

namespace Rig.Actors.Recording;

/// <summary>What the node's storage holds, at one moment. Immutable: each change makes another.</summary>
public sealed class Catalogue
{
    private readonly StorageSettings settings;
    private readonly ImmutableDictionary<TakeId, RecordingEntry> takes;
    private readonly DiskReading disk;
    private readonly double bitrateMbps;

    public Catalogue(StorageSettings settings, IEnumerable<RecordingEntry> takes, DiskReading disk)
        : this(settings, takes.ToImmutableDictionary(take => take.Id), disk, settings.BitrateMbps)
    {
    }

    private Catalogue(StorageSettings settings, ImmutableDictionary<TakeId, RecordingEntry> takes, DiskReading disk, double bitrateMbps)
    {
        (this.settings, this.takes, this.disk, this.bitrateMbps) = (settings, takes, disk, bitrateMbps);
        Takes = [.. takes.Values.OrderByDescending(take => take.CreatedAt)];
        Status = Describe();
    }

    /// <summary>Sealed takes, newest first.</summary>
    public IReadOnlyList<RecordingEntry> Takes { get; }

    public StorageStatus Status { get; }

    internal DiskReading Disk => disk;

    public RecordingEntry? Find(TakeId id) => takes.GetValueOrDefault(id);

    internal Catalogue With(RecordingEntry take) => new(settings, takes.SetItem(take.Id, take), disk, bitrateMbps);

    internal Catalogue Without(IEnumerable<TakeId> deleted, DiskReading after) => new(settings, takes.RemoveRange(deleted), after, bitrateMbps);

    /// <param name="runningMbps">What the running take really needs, for the minutes left; null keeps the last known.</param>
    internal Catalogue With(DiskReading reading, double? runningMbps) => new(settings, takes, reading, runningMbps is > 0 ? Math.Max(runningMbps.Value, settings.BitrateMbps) : bitrateMbps);

    /// <summary>The disk was read again.</summary>
    /// <param name="since">Sealed while it was being read: those it did not meet are added.</param>
    internal Catalogue Read(IEnumerable<RecordingEntry> found, DiskReading reading, IEnumerable<RecordingEntry> since)
    {
        var read = found.ToImmutableDictionary(take => take.Id);
        return new(settings, read.AddRange(since.Where(take => !read.ContainsKey(take.Id)).Select(take => KeyValuePair.Create(take.Id, take))), reading, bitrateMbps);
    }

    /// <summary>The confirmed takes that are to be deleted now, in this order.</summary>
    internal IReadOnlyList<RecordingEntry> ToDelete(DiskReading reading)
    {
        if (settings.DeleteAfterConfirm)
        {
            // What a death between a receipt and the deletion that follows it left behind.
            return [.. Takes.Where(take => take.ConfirmedAt is not null)];
        }

        return settings.AutoDeleteOffloaded && reading.SpaceProblem is null
            ? RetentionPolicy.Choose(Takes, reading.Space.FreeBytes, settings.ReserveBytes)
            : [];
    }

    private StorageStatus Describe()
    {
        var problem = disk switch
        {
            { WriteProblem: { } why } => $"Recordings cannot be stored: {why}. Check the disk and Rig:Storage.",
            { SpaceProblem: { } why } => $"The disk cannot be asked how much is free: {why}",
            _ when disk.Space.FreeBytes < settings.ReserveBytes => FormattableString.Invariant(
                $"The disk is nearly full: {disk.Space.FreeBytes / 1e9:F1} GB free of {settings.MinFreeSpaceGb:F0} GB wanted. Offload recordings or delete confirmed ones."),
            _ => null,
        };
        var minutes = Math.Max(0, disk.Space.FreeBytes - settings.ReserveBytes) * 8 / (bitrateMbps * 1e6) / 60;
        return new StorageStatus(
            settings.Path, disk.Space.TotalBytes, disk.Space.FreeBytes, settings.ReserveBytes,
            takes.Count, takes.Values.Sum(take => take.SizeBytes), takes.Values.Count(take => take.ConfirmedAt is not null),
            Math.Round(minutes, 1), disk.WriteProblem is null, problem);
    }
}
