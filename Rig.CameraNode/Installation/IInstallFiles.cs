namespace Rig.CameraNode.Installation;

/// <summary>
/// The install folder as the helper uses it. Paths are relative to it, with slashes; "" is the folder itself. A name is durable only
/// once its folder was synced, a file's bytes once the file was. A test's implementation loses what was not, and fails at a chosen call.
/// </summary>
internal interface IInstallFiles
{
    long FreeBytes { get; }

    /// <summary>Names only; none where there is no such folder.</summary>
    IReadOnlyList<string> NamesIn(string folder);

    bool IsFile(string path);

    /// <summary>Null where there is no link of that name.</summary>
    string? LinkTarget(string path);

    /// <exception cref="IOException">There is no such file.</exception>
    Stream OpenRead(string path);

    void CreateFolder(string path);

    /// <summary>A file that must not exist yet.</summary>
    IInstallFile CreateFile(string path, bool executable);

    /// <summary>A symbolic link that must not exist yet.</summary>
    void CreateLink(string path, string target);

    /// <summary>Replaces a file or link of the new name in one step; a folder only takes a free name.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file, a link or a folder with all that is in it; nothing where there is none.</summary>
    void Delete(string path);

    void SyncFolder(string path);
}

internal interface IInstallFile : IDisposable
{
    void Append(ReadOnlySpan<byte> bytes);

    void Sync();
}
