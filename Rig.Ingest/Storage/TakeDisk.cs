using Rig.Hosting.Files;

namespace Rig.Ingest.Storage;

/// <summary>The steps of a hand-over that touch the disk, so that a test can stop the world before or after each, or be the disk.</summary>
public class TakeDisk
{
    public virtual void CreateDirectory(string path) => DurableFile.CreateDirectory(path);

    public virtual void WriteFile(string path, ReadOnlySpan<byte> bytes) => DurableFile.Write(path, bytes);

    public virtual void Move(string from, string to) => File.Move(from, to, overwrite: true);

    public virtual void SyncDirectory(string path) => DurableFile.SyncDirectory(path);

    public virtual void Delete(string path) => File.Delete(path);

    /// <summary>Null when there is no such file.</summary>
    public virtual long? LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : null;
}
