using Microsoft.Win32.SafeHandles;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Pull;

/// <summary>Part files on disk.</summary>
internal sealed class PartStore : IPartStore
{
    public long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    public IPartFile Open(string path) => new PartFile(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));

    public void Delete(string path) => File.Delete(path);

    /// <summary>Aligned pieces go past the page cache where the file system can; a take's last one and those of an odd place go through it.</summary>
    private sealed class PartFile(SafeFileHandle file) : IPartFile
    {
        private bool direct;
        private bool directRefused;

        public long Length => RandomAccess.GetLength(file);

        public void Clear() => RandomAccess.SetLength(file, 0);

        public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
        {
            SetDirect(false);
            return RandomAccess.ReadAsync(file, buffer, offset, cancellationToken);
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken) =>
            new(Task.Run(() => Write(bytes.Span, offset), cancellationToken));

        public void Sync() => RandomAccess.FlushToDisk(file);

        public void Dispose() => file.Dispose();

        private void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            if (!directRefused && DirectIo.IsAligned(bytes, offset) && SetDirect(true))
            {
                try
                {
                    RandomAccess.Write(file, bytes, offset);
                    return;
                }
                catch (IOException)
                {
                    // It may want another alignment; a disk that is full or broken says so once more below.
                    directRefused = true;
                }
            }

            SetDirect(false);
            RandomAccess.Write(file, bytes, offset);
        }

        /// <returns>The file is so now.</returns>
        private bool SetDirect(bool wanted)
        {
            if (wanted != direct)
            {
                if (!DirectIo.TrySet(file, wanted))
                {
                    directRefused = true;
                    return false;
                }

                direct = wanted;
            }

            return true;
        }
    }
}
