namespace Rig.Actors.Recording;

/// <summary>How the node's storage is to be kept; section <c>Rig:Storage</c>.</summary>
/// <param name="Path">Where the videos lie, as people are told it.</param>
/// <param name="MinFreeSpaceGb">Below this much free space the oldest confirmed takes are deleted, and the recording time left counts as none.</param>
/// <param name="AutoDeleteOffloaded">Delete confirmed takes, oldest first, while free space is below <see cref="MinFreeSpaceGb"/>.</param>
/// <param name="DeleteAfterConfirm">Delete a take as soon as a server's receipt for it is recorded.</param>
/// <param name="BitrateMbps">Of takes to come, as configured.</param>
public sealed record StorageSettings(string Path, double MinFreeSpaceGb, bool AutoDeleteOffloaded, bool DeleteAfterConfirm, double BitrateMbps)
{
    public long ReserveBytes => (long)(MinFreeSpaceGb * 1e9);
}

/// <param name="EstimatedRecordingMinutes">Free space above the reserve, divided by the running or the configured bitrate, whichever is larger: a take that loses frames needs less only until it no longer does.</param>
/// <param name="Writable">A test file could be written and synced when last tried.</param>
public sealed record StorageStatus(
    string Path,
    long TotalBytes,
    long FreeBytes,
    long ReserveBytes,
    int RecordingCount,
    long RecordingBytes,
    int OffloadedCount,
    double EstimatedRecordingMinutes,
    bool Writable,
    string? Problem);

/// <summary>What the disk last said of itself.</summary>
/// <param name="WriteProblem">Why it takes no writes; null while it does.</param>
/// <param name="SpaceProblem">Why it does not say how much is free; null while it does.</param>
public sealed record DiskReading(DiskSpace Space, string? WriteProblem, string? SpaceProblem)
{
    /// <summary>Asks the disk.</summary>
    /// <param name="last">Null, or what it said before: then writing is not tried again.</param>
    public static DiskReading Of(IRecordingDisk disk, DiskReading? last = null)
    {
        var writeProblem = last is null ? disk.TestWriting() : last.WriteProblem;
        try
        {
            return new DiskReading(disk.Space(), writeProblem, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DiskReading(default, writeProblem, e.Message);
        }
    }
}
