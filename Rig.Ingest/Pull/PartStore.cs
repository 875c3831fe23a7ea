using Microsoft.Win32.SafeHandles;

namespace Rig.Ingest.Pull;

/// <summary>Part files on disk.</summary>
internal sealed class PartStore : IPartStore
{
    public long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    public IPartFile Open(string path) => new PartFile(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));

    public void Delete(string path) => File.Delete(path);

    private sealed class PartFile(SafeFileHandle file) : IPartFile
    {
        public long Length => RandomAccess.GetLength(file);

        public void Clear() => RandomAccess.SetLength(file, 0);

        public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
            RandomAccess.ReadAsync(file, buffer, offset, cancellationToken);

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken) =>
            RandomAccess.WriteAsync(file, bytes, offset, cancellationToken);

        public void Sync() => RandomAccess.FlushToDisk(file);

        public void Dispose() => file.Dispose();
    }
}
