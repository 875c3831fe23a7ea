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
