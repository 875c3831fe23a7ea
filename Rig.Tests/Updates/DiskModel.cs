extern alias node;
using System.Text;
using node::Rig.CameraNode.Installation;

namespace Rig.Tests.Updates;

/// <summary>The power failed before this change of the disk.</summary>
internal sealed class PowerCutException : Exception
{
}

/// <summary>What of the unsynced survives a power cut. A disk may keep any part of it, in any order.</summary>
internal enum Survives
{
    Nothing,
    Everything,
    Some,
}

/// <summary>
/// A disk in memory that keeps apart what is so and what is durable, counts every change, and fails before a chosen one. Changes of a
/// folder's names are durable once the folder was synced, a file's bytes once the file was.
/// </summary>
internal sealed class DiskModel : IInstallFiles
{
    private readonly Folder root;

    private DiskModel(Folder root) => this.root = root;

    public DiskModel()
        : this(new Folder())
    {
    }

    /// <summary>Made so far.</summary>
    public int Changes { get; private set; }

    /// <summary>Before that change, counted from 0, <see cref="Failure"/> is thrown; none while negative.</summary>
    public int FailAt { get; set; } = -1;

    public Func<Exception> Failure { get; set; } = () => new PowerCutException();

    /// <summary>How many bytes all files may have together.</summary>
    public long Capacity { get; set; } = 1L << 40;

    public long FreeBytes => Capacity - root.Bytes;

    /// <summary>The disk that is found when the power is back.</summary>
    public DiskModel AfterPowerCut(Survives survives, Random random) => new(root.Surviving(survives, random));

    /// <summary>Files below a folder with their contents.</summary>
    public IReadOnlyDictionary<string, string> FilesBelow(string path)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (Find(path) is Folder folder)
        {
            Collect(folder, "", found);
        }

        return found;
    }

    /// <summary>All is durable afterwards; no change is counted.</summary>
    public void Lay(string path, string content)
    {
        var folder = root;
        var parts = path.Split('/');
        foreach (var part in parts[..^1])
        {
            if (!folder.Now.TryGetValue(part, out var next))
            {
                next = new Folder();
                folder.LayDown(part, next);
            }

            folder = (Folder)next;
        }

        folder.LayDown(parts[^1], content.StartsWith("-> ", StringComparison.Ordinal) ? new Link(content[3..]) : new Data(Encoding.UTF8.GetBytes(content)));
    }

    public IReadOnlyList<string> NamesIn(string folder) => Find(folder) is Folder found ? [.. found.Now.Keys] : [];

    public bool IsFile(string path) => Find(path) is Data;

    public string? LinkTarget(string path) => (Find(path) as Link)?.Target;

    public Stream OpenRead(string path) => Find(path) is Data file ? new MemoryStream([.. file.Now]) : throw new FileNotFoundException(path);

    public void CreateFolder(string path)
    {
        if (Find(path) is not Folder)
        {
            Change();
            Put(path, new Folder(), mustBeFree: true);
        }
    }

    public IInstallFile CreateFile(string path, bool executable)
    {
        Change();
        var file = new Data([]);
        Put(path, file, mustBeFree: true);
        return new Writer(this, file);
    }

    public void CreateLink(string path, string target)
    {
        Change();
        Put(path, new Link(target), mustBeFree: true);
    }

    public void Rename(string from, string to)
    {
        Change();
        var (parent, name) = Place(from);
        var (newParent, newName) = Place(to);
        var moved = parent.Now.TryGetValue(name, out var found) ? found : throw new FileNotFoundException(from);
        Assert.Same(parent, newParent);
        Assert.False(moved is Folder && parent.Now.ContainsKey(newName), $"rename(2) refuses {from} over {to}");
        parent.Apply(names =>
        {
            names.Remove(name);
            names[newName] = moved;
        });
    }

    public void Delete(string path)
    {
        if (Find(path) is not { } entry)
        {
            return;
        }

        // As rm does: one after the other, so that a cut may leave a part.
        foreach (var name in entry is Folder folder ? folder.Now.Keys.ToList() : [])
        {
            Delete($"{path}/{name}");
        }

        Change();
        var (parent, own) = Place(path);
        parent.Apply(names => names.Remove(own));
    }

    public void SyncFolder(string path)
    {
        Change();
        ((Folder)Find(path)!).Sync();
    }

    private void Change()
    {
        if (Changes++ == FailAt)
        {
            throw Failure();
        }
    }

    private void Put(string path, Entry entry, bool mustBeFree)
    {
        var (parent, name) = Place(path);
        if (mustBeFree && parent.Now.ContainsKey(name))
        {
            throw new IOException($"The file '{path}' already exists.");
        }

        parent.Apply(names => names[name] = entry);
    }

    private (Folder Parent, string Name) Place(string path)
    {
        var cut = path.LastIndexOf('/');
        return ((Folder?)Find(cut < 0 ? "" : path[..cut]) ?? throw new DirectoryNotFoundException(path), path[(cut + 1)..]);
    }

    private Entry? Find(string path)
    {
        Entry? at = root;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            at = at is Folder folder && folder.Now.TryGetValue(part, out var next) ? next : null;
        }

        return at;
    }

    private static void Collect(Folder folder, string path, SortedDictionary<string, string> found)
    {
        foreach (var (name, entry) in folder.Now)
        {
            if (entry is Data file)
            {
                found[path + name] = Encoding.UTF8.GetString([.. file.Now]);
            }
            else if (entry is Folder below)
            {
                Collect(below, $"{path}{name}/", found);
            }
        }
    }

    private abstract class Entry
    {
        public abstract long Bytes { get; }

        public abstract Entry Surviving(Survives survives, Random random);
    }

    private sealed class Link(string target) : Entry
    {
        public string Target { get; } = target;

        public override long Bytes => 0;

        public override Entry Surviving(Survives survives, Random random) => new Link(Target);
    }

    private sealed class Data(byte[] durable) : Entry
    {
        private byte[] durable = durable;

        public List<byte> Now { get; } = [.. durable];

        public override long Bytes => Now.Count;

        public void Sync() => durable = [.. Now];

        public override Entry Surviving(Survives survives, Random random)
        {
            byte[] kept = survives switch
            {
                Survives.Nothing => durable,
                Survives.Everything => [.. Now],
                _ => [.. durable, .. Now.Skip(durable.Length).Take(random.Next(Now.Count - durable.Length + 1)).Select(b => random.Next(4) == 0 ? (byte)0 : b)],
            };
            return new Data(kept);
        }
    }

    private sealed class Folder : Entry
    {
        private readonly List<Action<Dictionary<string, Entry>>> unsynced = [];
        private Dictionary<string, Entry> durable = [];

        public Dictionary<string, Entry> Now { get; } = [];

        public override long Bytes => Now.Values.Sum(entry => entry.Bytes);

        public void Apply(Action<Dictionary<string, Entry>> change)
        {
            change(Now);
            unsynced.Add(change);
        }

        public void LayDown(string name, Entry entry) => Now[name] = durable[name] = entry;

        public void Sync()
        {
            durable = new(Now);
            unsynced.Clear();
        }

        public override Folder Surviving(Survives survives, Random random)
        {
            var names = new Dictionary<string, Entry>(durable);
            foreach (var change in unsynced.Where(_ => survives == Survives.Everything || (survives == Survives.Some && random.Next(2) == 0)))
            {
                change(names);
            }

            var folder = new Folder();
            foreach (var (name, entry) in names)
            {
                folder.LayDown(name, entry.Surviving(survives, random));
            }

            return folder;
        }

    }

    private sealed class Writer(DiskModel disk, Data file) : IInstallFile
    {
        public void Append(ReadOnlySpan<byte> bytes)
        {
            disk.Change();
            if (bytes.Length > disk.FreeBytes)
            {
                throw new IOException("No space left on device");
            }

            file.Now.AddRange(bytes);
        }

        public void Sync()
        {
            disk.Change();
            file.Sync();
        }

        public void Dispose()
        {
        }
    }
}
