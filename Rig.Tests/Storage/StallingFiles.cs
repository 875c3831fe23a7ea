using Rig.CameraNode.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.Storage;

/// <summary>The real file system on a disk that now and then stands still for two seconds, at a write or at a flush.</summary>
internal sealed class StallingFiles(int every) : IRecordingFiles
{
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(2);

    private readonly PosixRecordingFiles real = new();
    private int calls;
    private int stalls;

    internal int Stalls => Volatile.Read(ref stalls);

    public void CreateDirectory(string path) => real.CreateDirectory(path);

    public IAppendFile Create(string path) => new StallingFile(this, real.Create(path));

    public IAppendFile OpenExisting(string path) => real.OpenExisting(path);

    public void WriteAtomic(string path, ReadOnlySpan<byte> content) => real.WriteAtomic(path, content);

    public void Delete(string path) => real.Delete(path);

    public void Move(string from, string to) => real.Move(from, to);

    public void SyncDirectory(string path) => real.SyncDirectory(path);

    private void Count()
    {
        if (Interlocked.Increment(ref calls) % every == 0)
        {
            Interlocked.Increment(ref stalls);
            RealTime.Block(Stall);
        }
    }

    private sealed class StallingFile(StallingFiles owner, IAppendFile file) : IAppendFile
    {
        public string Path => file.Path;

        public long Length => file.Length;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            owner.Count();
            file.Append(bytes);
        }

        public void SyncData()
        {
            owner.Count();
            file.SyncData();
        }

        public void Truncate(long length) => file.Truncate(length);

        public void Dispose() => file.Dispose();
    }
}
