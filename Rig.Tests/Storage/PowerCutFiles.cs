using Rig.CameraNode.Storage;

namespace Rig.Tests.Storage;

/// <summary>
/// The real file system, and beside it what of it would be there after a power cut: a file's bytes once flushed, a name once its
/// folder is flushed, and nothing else for sure. Each step is shown to <paramref name="onStep"/> before and after it is done.
/// Nothing is really flushed: how busy this machine's disk is must not matter.
/// </summary>
internal sealed class PowerCutFiles(Action<PowerCutFiles.Cut> onStep) : IRecordingFiles
{
    private const int PageBytes = 4096;

    private readonly PosixRecordingFiles real = new();
    private readonly object gate = new();
    private readonly Dictionary<string, byte[]> flushed = [];
    private readonly Dictionary<string, byte[]> names = [];

    public void CreateDirectory(string path) => real.CreateDirectory(path);

    public IAppendFile Create(string path)
    {
        lock (gate)
        {
            flushed[path] = [];
        }

        return new PowerCutFile(this, real.Create(path));
    }

    public IAppendFile OpenExisting(string path) => new PowerCutFile(this, real.OpenExisting(path));

    public void WriteAtomic(string path, ReadOnlySpan<byte> content)
    {
        var bytes = content.ToArray();
        File.WriteAllBytes(path + ".tmp", bytes);
        File.Move(path + ".tmp", path, overwrite: true);
        Step(() =>
        {
            flushed[path] = bytes;
            FlushFolder(Path.GetDirectoryName(path)!);
        });
    }

    public void Delete(string path)
    {
        real.Delete(path);
        Step(() => flushed.Remove(path));
    }

    public void Move(string from, string to) => throw new NotSupportedException("Taking apart is not part of this.");

    public void SyncDirectory(string path) => Step(() => FlushFolder(path));

    private void Step(Action durable)
    {
        lock (gate)
        {
            onStep(Now());
            durable();
            onStep(Now());
        }
    }

    private Cut Now() => new([.. names.Select(n => new CutFile(n.Key, n.Value, File.Exists(n.Key) ? File.ReadAllBytes(n.Key) : n.Value))]);

    private void FlushFolder(string folder)
    {
        foreach (var path in names.Keys.Where(p => Path.GetDirectoryName(p) == folder && !flushed.ContainsKey(p)).ToList())
        {
            names.Remove(path);
        }

        foreach (var (path, bytes) in flushed.Where(f => Path.GetDirectoryName(f.Key) == folder))
        {
            names[path] = bytes;
        }
    }

    private void FlushFile(string path)
    {
        flushed[path] = File.ReadAllBytes(path);
        if (names.ContainsKey(path))
        {
            names[path] = flushed[path];
        }
    }

    internal sealed record Cut(IReadOnlyList<CutFile> Files);

    /// <param name="Flushed">Bytes that a cut leaves for sure.</param>
    /// <param name="Written">Bytes that a reader sees while the power is on; of those that are not flushed a cut may leave any.</param>
    internal sealed record CutFile(string Path, byte[] Flushed, byte[] Written)
    {
        /// <summary>A cut in which some unflushed pages reached the disk, in any order, and others read as zeros.</summary>
        internal byte[] Torn(Random random)
        {
            if (Written.Length <= Flushed.Length || !Written.AsSpan(0, Flushed.Length).SequenceEqual(Flushed))
            {
                return Flushed;
            }

            var torn = Written[..random.Next(Flushed.Length, Written.Length + 1)];
            for (var page = Flushed.Length / PageBytes * PageBytes; page < torn.Length; page += PageBytes)
            {
                if (random.Next(2) == 0)
                {
                    var from = Math.Max(page, Flushed.Length);
                    torn.AsSpan(from, Math.Min(page + PageBytes, torn.Length) - from).Clear();
                }
            }

            return torn;
        }
    }

    private sealed class PowerCutFile(PowerCutFiles owner, IAppendFile file) : IAppendFile
    {
        public string Path => file.Path;

        public long Length => file.Length;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            file.Append(bytes);
            owner.Step(() => { });
        }

        public void SyncData() => owner.Step(() => owner.FlushFile(file.Path));

        public void Truncate(long length) => file.Truncate(length);

        public void Dispose() => file.Dispose();
    }
}
