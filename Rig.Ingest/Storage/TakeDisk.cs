namespace Rig.Ingest.Storage;

/// <summary>The steps of a hand-over that touch the disk, so that a test can stop the world before or after each.</summary>
public class TakeDisk
{
    public virtual void CreateDirectory(string path) => Durable.CreateDirectory(path);

    public virtual void WriteFile(string path, ReadOnlySpan<byte> bytes) => Durable.WriteFile(path, bytes);

    public virtual void Move(string from, string to) => File.Move(from, to, overwrite: true);

    public virtual void SyncDirectory(string path) => Durable.SyncDirectory(path);

    public virtual void Delete(string path) => File.Delete(path);
}
