namespace Rig.Simulation.World;

/// <summary>
/// A machine's file system in memory, with what POSIX promises about power cuts and no more: bytes are safe once their file is
/// flushed, a name, a rename or a deletion once its folder is flushed. Everything else survives a cut by chance.
/// </summary>
internal sealed class SimulatedDisk
{
    private readonly SimulatedMachine _machine;
    private readonly Dictionary<string, Inode> _names = new(StringComparer.Ordinal) { ["/"] = Inode.Folder() };
    private readonly Dictionary<string, Inode> _durableNames = new(StringComparer.Ordinal) { ["/"] = Inode.Folder() };
    private readonly List<Change> _unflushed = [];
    private long _usedBytes;

    internal SimulatedDisk(SimulatedMachine machine) => _machine = machine;

    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>Every write fails, as on a medium that is going.</summary>
    public bool FailsWrites { get; set; }

    /// <summary>Every flush fails; what was not flushed may be on the medium or not.</summary>
    public bool FailsFlushes { get; set; }

    public bool Exists(string path) => _names.ContainsKey(path);

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public byte[] Read(string path) => [.. FileAt(path).Content];

    public long LengthOf(string path) => FileAt(path).Content.Count;

    /// <summary>Files below the folder, in the order of their names.</summary>
    public IReadOnlyList<string> Files(string folder) => _names
        .Where(entry => !entry.Value.IsFolder && entry.Key.StartsWith(folder + "/", StringComparison.Ordinal))
        .Select(entry => entry.Key)
        .Order(StringComparer.Ordinal)
        .ToList();

    /// <summary>What a power cut now would surely leave of the file; null when its name, or a folder above it, could be gone.</summary>
    public byte[]? DurableBytesOf(string path) =>
        _durableNames.TryGetValue(path, out var file) && !file.IsFolder && HasFolders(path) ? file.Flushed : null;

    /// <summary>Creates the folder and its parents; each is durable once its parent is flushed.</summary>
    public void CreateFolder(string path)
    {
        if (_names.ContainsKey(path))
            return;
        CreateFolder(FolderOf(path));
        Apply(new Change(path, Inode.Folder()));
    }

    /// <summary>Creates an empty file.</summary>
    /// <exception cref="IOException">It exists, or its folder does not.</exception>
    public void Create(string path)
    {
        if (_names.ContainsKey(path))
            throw new IOException($"{path} exists already.");
        if (!_names.ContainsKey(FolderOf(path)))
            throw new DirectoryNotFoundException($"There is no folder for {path}.");
        Apply(new Change(path, new Inode()));
    }

    /// <summary>A write that does not fit leaves what fitted.</summary>
    public void Append(string path, ReadOnlySpan<byte> bytes)
    {
        var file = FileAt(path);
        if (FailsWrites)
            throw new IOException($"{path}: input/output error.");
        var fits = (int)Math.Clamp(CapacityBytes - _usedBytes, 0, bytes.Length);
        file.Content.AddRange(bytes[..fits]);
        _usedBytes += fits;
        if (fits < bytes.Length)
            throw new IOException($"{path}: no space left on device.");
    }

    public void Truncate(string path, int length)
    {
        var file = FileAt(path);
        if (file.Content.Count <= length)
            return;
        _usedBytes -= file.Content.Count - length;
        file.Content.RemoveRange(length, file.Content.Count - length);
    }

    /// <summary>The file's bytes are on the medium when this returns.</summary>
    public void Flush(string path)
    {
        var file = FileAt(path);
        if (FailsFlushes)
            throw new IOException($"{path}: input/output error on flush.");
        file.Flushed = [.. file.Content];
    }

    /// <summary>What was created, renamed or deleted in the folder is on the medium when this returns.</summary>
    public void FlushFolder(string path)
    {
        if (FailsFlushes)
            throw new IOException($"{path}: input/output error on flush.");
        foreach (var change in _unflushed.Where(change => FolderOf(change.Path) == path))
            change.ApplyTo(_durableNames);
        _unflushed.RemoveAll(change => FolderOf(change.Path) == path);
    }

    /// <summary>Replaces what is there. Until both folders are flushed, a power cut may take it back.</summary>
    public void Rename(string from, string to)
    {
        var file = FileAt(from);
        if (_names.TryGetValue(to, out var replaced))
            _usedBytes -= replaced.Content.Count;
        Apply(new Change(to, file));
        Apply(new Change(from, null));
    }

    public void Delete(string path)
    {
        if (!_names.TryGetValue(path, out var file))
            return;
        _usedBytes -= file.Content.Count;
        Apply(new Change(path, null));
    }

    /// <summary>What is there after a power cut: the flushed, and by chance a part of the rest.</summary>
    internal void CutPower()
    {
        foreach (var folder in _unflushed.GroupBy(change => FolderOf(change.Path)).ToList())
        {
            // A journal keeps the order: if a change of a folder survives, so do those before it.
            foreach (var change in folder.Take(_machine.World.Pick(folder.Count() + 1)))
                change.ApplyTo(_durableNames);
        }

        _unflushed.Clear();
        foreach (var orphan in _durableNames.Keys.Where(path => !HasFolders(path)).ToList())
            _durableNames.Remove(orphan);
        _names.Clear();
        foreach (var (path, file) in _durableNames)
        {
            _names.Add(path, file);
            file.LosePower(_machine.World);
        }

        _usedBytes = _names.Values.Sum(file => (long)file.Content.Count);
    }

    private bool HasFolders(string path)
    {
        while (path != "/")
        {
            path = FolderOf(path);
            if (!_durableNames.TryGetValue(path, out var folder) || !folder.IsFolder)
                return false;
        }

        return true;
    }

    private static string FolderOf(string path) => path.LastIndexOf('/') is > 0 and var end ? path[..end] : "/";

    private void Apply(Change change)
    {
        change.ApplyTo(_names);
        _unflushed.Add(change);
    }

    private Inode FileAt(string path) => _names.TryGetValue(path, out var file) && !file.IsFolder
        ? file
        : throw new FileNotFoundException($"There is no file {path}.", path);

    /// <summary>A name that now stands for a file, or, with null, for none.</summary>
    private sealed record Change(string Path, Inode? File)
    {
        public void ApplyTo(Dictionary<string, Inode> names)
        {
            if (File is null)
                names.Remove(Path);
            else
                names[Path] = File;
        }
    }

    private sealed class Inode
    {
        public bool IsFolder { get; private init; }

        public List<byte> Content { get; } = [];

        public byte[] Flushed { get; set; } = [];

        public static Inode Folder() => new() { IsFolder = true };

        /// <summary>Beyond the flushed bytes: nothing, some, or the right length with rubbish in it.</summary>
        public void LosePower(SimulatedWorld world)
        {
            if (IsFolder || System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Content).SequenceEqual(Flushed))
                return;
            var unflushed = Content.Skip(Flushed.Length).ToArray();
            var kept = world.Pick(unflushed.Length + 1);
            Content.Clear();
            Content.AddRange(Flushed);
            if (world.Happens(0.3))
                Array.Clear(unflushed);
            Content.AddRange(unflushed.AsSpan(0, kept));
            Flushed = [.. Content];
        }
    }
}
