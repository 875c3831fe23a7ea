using Rig.CameraNode.Native;
using Rig.CameraNode.Storage;

namespace Rig.Tests.Storage;

/// <summary>
/// The real file system until the chosen write or flush, from which on every one fails. A failing write leaves half of
/// its bytes behind, as a full disk does.
/// </summary>
internal sealed class FaultyFiles(int errno, int failingWrite = int.MaxValue, int failingSync = int.MaxValue, bool forEver = true) : IRecordingFiles
{
    private readonly PosixRecordingFiles real = new();
    private int writes;
    private int syncs;

    internal int Writes => writes;

    /// <summary>How much of the video was flushed before the first flush that failed.</summary>
    internal long FlushedVideoBytes { get; private set; }

    private bool failed;

    internal bool Healed { get; set; }

    public void CreateDirectory(string path) => real.CreateDirectory(path);

    public IAppendFile Create(string path) => new FaultyFile(this, real.Create(path));

    public IAppendFile OpenExisting(string path) => new FaultyFile(this, real.OpenExisting(path));

    public void WriteAtomic(string path, ReadOnlySpan<byte> content)
    {
        CountWrite();
        real.WriteAtomic(path, content);
    }

    public void Delete(string path)
    {
        // The reserve file exists to be deleted when the disk is full: room for the manifest.
        if (path.EndsWith(".reserve", StringComparison.Ordinal) && errno == PosixException.Enospc && File.Exists(path))
        {
            Healed = Volatile.Read(ref writes) >= failingWrite;
        }

        real.Delete(path);
    }

    public void Move(string from, string to) => real.Move(from, to);

    public void SyncDirectory(string path) => real.SyncDirectory(path);

    private void CountWrite()
    {
        var n = Interlocked.Increment(ref writes);
        if (!Healed && (forEver ? n >= failingWrite : n == failingWrite))
        {
            throw new PosixException("Writing failed on purpose", errno);
        }
    }

    private void CountSync()
    {
        var n = Interlocked.Increment(ref syncs);
        if (!Healed && (forEver ? n >= failingSync : n == failingSync))
        {
            failed = true;
            throw new PosixException("Flushing failed on purpose", errno);
        }
    }

    private sealed class FaultyFile(FaultyFiles owner, IAppendFile file) : IAppendFile
    {
        public string Path => file.Path;

        public long Length => file.Length;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            try
            {
                owner.CountWrite();
            }
            catch (PosixException)
            {
                file.Append(bytes[..(bytes.Length / 2)]);
                throw;
            }

            file.Append(bytes);
        }

        public void SyncData()
        {
            owner.CountSync();
            var length = file.Length;
            file.SyncData();
            if (!owner.failed && file.Path.EndsWith(".mp4", StringComparison.Ordinal))
            {
                owner.FlushedVideoBytes = length;
            }
        }

        public void Truncate(long length) => file.Truncate(length);

        public void Dispose() => file.Dispose();
    }
}
