namespace Rig.CameraNode.Storage;

/// <summary>
/// The file system as the recorder uses it: what it returns from is durable where it says so. Failures are
/// <see cref="Native.PosixException"/>. A test's implementation fails at a chosen call.
/// </summary>
internal interface IRecordingFiles
{
    /// <summary>Creates the folder and its parents, durably.</summary>
    void CreateDirectory(string path);

    /// <summary>Creates a file that must not exist yet; its name is durable after <see cref="SyncDirectory"/>.</summary>
    IAppendFile Create(string path);

    IAppendFile OpenExisting(string path);

    /// <summary>Replaces or creates a file so that after a power cut either the old or the whole new content is there.</summary>
    void WriteAtomic(string path, ReadOnlySpan<byte> content);

    /// <summary>Deletes the file if it is there; durable after <see cref="SyncDirectory"/>.</summary>
    void Delete(string path);

    /// <summary>Renames within the file system, durably on both sides.</summary>
    void Move(string from, string to);

    void SyncDirectory(string path);

    bool Exists(string path) => File.Exists(path);

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    long LengthOf(string path) => new FileInfo(path).Length;

    DateTime LastWriteTimeUtc(string path) => File.GetLastWriteTimeUtc(path);

    byte[] ReadAllBytes(string path) => File.ReadAllBytes(path);

    /// <summary>For reading beside a writer, and while the file may be deleted.</summary>
    Stream OpenRead(string path) =>
        new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);

    /// <summary>Paths of the files in a folder; none when there is no such folder.</summary>
    IEnumerable<string> FilesIn(string folder, bool andBelow) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*", andBelow ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly)
        : [];

    /// <exception cref="IOException">The folder's file system cannot be asked.</exception>
    (long TotalBytes, long FreeBytes) SpaceAt(string folder) => StorageProbe.Space(folder);
}

/// <summary>A file that only grows. Append from one thread; <see cref="SyncData"/> may run beside it on another.</summary>
internal interface IAppendFile : IDisposable
{
    string Path { get; }

    long Length { get; }

    /// <summary>May leave a part of the bytes behind when it fails.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Everything appended before the call is on the medium when this returns; after a failure what was unsynced counts as lost.</summary>
    void SyncData();

    void Truncate(long length);
}
