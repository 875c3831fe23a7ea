using Rig.CameraNode.Native;
using Rig.Hosting.Files;

namespace Rig.CameraNode.Installation;

/// <summary>The disk. All that is made is readable by everybody and writable by its owner alone, root.</summary>
internal sealed class PosixInstallFiles(string root) : IInstallFiles
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public long FreeBytes => new DriveInfo(root).AvailableFreeSpace;

    public IReadOnlyList<string> NamesIn(string folder) => Directory.Exists(At(folder))
        ? [.. Directory.EnumerateFileSystemEntries(At(folder)).Select(path => Path.GetFileName(path))]
        : [];

    public bool IsFile(string path) => new FileInfo(At(path)) is { Exists: true, LinkTarget: null };

    public string? LinkTarget(string path) => new FileInfo(At(path)).LinkTarget;

    public Stream OpenRead(string path) => File.OpenRead(At(path));

    public void CreateFolder(string path) => Directory.CreateDirectory(At(path), Executable);

    public IInstallFile CreateFile(string path, bool executable) => new InstallFile(new FileStream(At(path), new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        UnixCreateMode = executable ? Executable : Readable,
        BufferSize = 0,
    }));

    public void CreateLink(string path, string target) => File.CreateSymbolicLink(At(path), target);

    public void Rename(string from, string to) => Posix.Rename(At(from), At(to));

    public void Delete(string path)
    {
        var at = new DirectoryInfo(At(path));
        if (at is { Exists: true, LinkTarget: null })
        {
            at.Delete(recursive: true);
        }
        else
        {
            File.Delete(at.FullName);
        }
    }

    public void SyncFolder(string path) => DurableFile.SyncDirectory(At(path));

    private string At(string path) => path.Length == 0 ? root : Path.Combine(root, path);

    private sealed class InstallFile(FileStream stream) : IInstallFile
    {
        public void Append(ReadOnlySpan<byte> bytes) => stream.Write(bytes);

        public void Sync() => stream.Flush(flushToDisk: true);

        public void Dispose() => stream.Dispose();
    }
}
