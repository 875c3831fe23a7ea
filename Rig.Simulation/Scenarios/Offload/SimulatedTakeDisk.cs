using Microsoft.Extensions.Options;
using Rig.Ingest.Storage;

namespace Rig.Simulation.Scenarios.Offload;

/// <summary>The hand-over's steps on a simulated disk, in the order of the real ones.</summary>
internal sealed class SimulatedTakeDisk(CrashingDisk disk, OffloadBug bug) : TakeDisk
{
    public override void CreateDirectory(string path) => disk.CreateFolder(path);

    public override void WriteFile(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = path + ".tmp";
        var content = bytes.ToArray();
        disk.Change(d => d.Delete(temporary));
        disk.Change(d => d.Create(temporary));
        disk.Change(d => d.Append(temporary, content));
        disk.Change(d => d.Flush(temporary));
        disk.Change(d => d.Rename(temporary, path));
        disk.Change(d => d.FlushFolder(Path.GetDirectoryName(path)!));
    }

    public override void Move(string from, string to) => disk.Change(d => d.Rename(from, to));

    public override void SyncDirectory(string path)
    {
        if (bug != OffloadBug.MissingFolderSync)
        {
            disk.Change(d => d.FlushFolder(path));
        }
    }

    public override void Delete(string path) => disk.Change(d => d.Delete(path));

    public override long? LengthOf(string path) => disk.Disk.Exists(path) ? disk.Disk.LengthOf(path) : null;
}

/// <summary>All of the simulated disk, or none when it is full.</summary>
internal sealed class SimulatedFreeSpace(CrashingDisk disk, IOptions<StorageOptions> options) : FreeSpace(options)
{
    public override long FreeBytes => disk.Disk.CapacityBytes;
}
