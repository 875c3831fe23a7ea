using Rig.CameraNode.Storage;

namespace Rig.Simulation.Scenarios.Offload;

/// <summary>The recorder's file system on a simulated disk, with the steps of the real one.</summary>
/// <param name="spaceAt">Total and free bytes.</param>
/// <param name="deleting">Asked before a file is deleted.</param>
internal sealed class SimulatedRecordingFiles(CrashingDisk disk, Func<(long, long)> spaceAt, Action<string> deleting) : IRecordingFiles
{
    public void CreateDirectory(string path) => disk.CreateFolder(path);

    public IAppendFile Create(string path)
    {
        disk.Change(d => d.Create(path));
        return new AppendFile(disk, path);
    }

    public IAppendFile OpenExisting(string path) => new AppendFile(disk, path);

    public void WriteAtomic(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".tmp";
        var bytes = content.ToArray();
        disk.Change(d => d.Delete(temporary));
        disk.Change(d => d.Create(temporary));
        disk.Change(d => d.Append(temporary, bytes));
        disk.Change(d => d.Flush(temporary));
        disk.Change(d => d.Rename(temporary, path));
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    public void Delete(string path)
    {
        deleting(path);
        disk.Change(d => d.Delete(path));
    }

    public void Move(string from, string to)
    {
        disk.Change(d => d.Rename(from, to));
        SyncDirectory(Path.GetDirectoryName(to)!);
        SyncDirectory(Path.GetDirectoryName(from)!);
    }

    public void SyncDirectory(string path) => disk.Change(d => d.FlushFolder(path));

    public bool Exists(string path) => disk.Disk.Exists(path);

    public long LengthOf(string path) => disk.Disk.LengthOf(path);

    public DateTime LastWriteTimeUtc(string path) => DateTime.UnixEpoch;

    public byte[] ReadAllBytes(string path) => disk.Disk.Read(path);

    public Stream OpenRead(string path) => new MemoryStream(disk.Disk.Read(path), writable: false);

    public IEnumerable<string> FilesIn(string folder, bool andBelow) =>
        disk.Disk.Files(folder).Where(path => andBelow || Path.GetDirectoryName(path) == folder);

    public (long TotalBytes, long FreeBytes) SpaceAt(string folder) => spaceAt();

    private sealed class AppendFile(CrashingDisk disk, string path) : IAppendFile
    {
        public string Path => path;

        public long Length => disk.Disk.LengthOf(path);

        public void Append(ReadOnlySpan<byte> bytes)
        {
            var copy = bytes.ToArray();
            disk.Change(d => d.Append(path, copy));
        }

        public void SyncData() => disk.Change(d => d.Flush(path));

        public void Truncate(long length) => disk.Change(d => d.Truncate(path, (int)length));

        public void Dispose()
        {
        }
    }
}
