using Rig.Ingest.Pull;

namespace Rig.Simulation.Scenarios.Offload;

/// <summary>Part files on a simulated disk; open files belong to the process.</summary>
/// <param name="disk">Of the process.</param>
/// <param name="now">When files count as written.</param>
/// <param name="bug">A planted fault.</param>
/// <param name="remembered">What was ever written to each file, beyond the processes' ends; only a planted fault believes it.</param>
internal sealed class SimulatedParts(CrashingDisk disk, TimeProvider now, OffloadBug bug, Dictionary<string, List<byte>> remembered) : IPartStore
{
    private readonly CrashingDisk disk = disk;
    private readonly OffloadBug bug = bug;
    private readonly Dictionary<string, List<byte>> remembered = remembered;
    private readonly HashSet<string> open = new(StringComparer.Ordinal);

    public long LengthOf(string path) => disk.Disk.Exists(path) ? disk.Disk.LengthOf(path) : 0;

    public IPartFile Open(string path)
    {
        if (!disk.Disk.Exists(path))
        {
            disk.Change(d => d.Create(path));
        }

        return open.Add(path) ? new Part(this, path) : throw new IOException($"{path} is open already.");
    }

    public void Delete(string path)
    {
        disk.Change(d => d.Delete(path));
        remembered.Remove(path);
    }

    public IEnumerable<(string Path, DateTimeOffset WrittenAt)> In(string folder) => disk.Disk.Files(folder).Select(path => (path, now.GetUtcNow()));

    public bool TryDelete(string path)
    {
        if (open.Contains(path))
        {
            return false;
        }

        Delete(path);
        return true;
    }

    private sealed class Part(SimulatedParts parts, string path) : IPartFile
    {
        private bool written;

        public long Length => parts.disk.Disk.LengthOf(path);

        public void Clear() => parts.disk.Change(d => d.Truncate(path, 0));

        public int Read(Span<byte> buffer, long offset)
        {
            var left = parts.disk.Disk.Read(path).AsSpan((int)offset);
            var length = Math.Min(buffer.Length, left.Length);
            left[..length].CopyTo(buffer);
            return length;
        }

        public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
        {
            var length = Read(buffer.Span, offset);
            if (parts.bug == OffloadBug.RememberedHash && parts.remembered.TryGetValue(path, out var bytes) && bytes.Count >= offset + length)
            {
                bytes.GetRange((int)offset, length).CopyTo(buffer.Span);
            }

            return ValueTask.FromResult(length);
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
        {
            if (offset != Length)
            {
                throw new InvalidOperationException($"Byte {offset} is written where the file has {Length}.");
            }

            written = true;
            if (!parts.remembered.TryGetValue(path, out var known))
            {
                parts.remembered[path] = known = [];
            }

            known.RemoveRange((int)Math.Min(offset, known.Count), known.Count - (int)Math.Min(offset, known.Count));
            known.AddRange(bytes.Span);
            parts.disk.Change(d => d.Append(path, bytes.Span));
            return ValueTask.CompletedTask;
        }

        public void Sync()
        {
            if (parts.bug != OffloadBug.MissingFileSync && (written || parts.bug != OffloadBug.TrustedRemainder))
            {
                parts.disk.Change(d => d.Flush(path));
            }
        }

        public void Dispose() => parts.open.Remove(path);
    }
}
