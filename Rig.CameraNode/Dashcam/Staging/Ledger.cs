using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rig.Hosting.Files;

namespace Rig.CameraNode.Dashcam.Staging;

/// <summary>
/// Remembers which contents were copied, under which name, and which the host was seen to hold. One JSON line an event, each synced before it counts;
/// a line that a power cut tore is dropped at the next start. Used by one thread at a time.
/// </summary>
internal sealed class Ledger : IDisposable
{
    /// <summary>Contents that are verified and gone from the staging folder are forgotten beyond so many, the oldest first.</summary>
    private const int MaxRemembered = 200_000;

    /// <summary>Of one name in a folder, by Linux's file systems.</summary>
    private const int MaxNameBytes = 255;

    private readonly Lock gate = new();
    private readonly Dictionary<string, StagedFile> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KnownSource> sources = new(StringComparer.Ordinal);

    /// <summary>By name without regard to case: the host's file system may not tell them apart.</summary>
    private readonly Dictionary<string, string> names = new(StringComparer.OrdinalIgnoreCase);

    private readonly FileStream file;

    private Ledger(FileStream file) => this.file = file;

    /// <exception cref="IOException">It cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">A line other than the last is damaged; the message says what to do.</exception>
    internal static Ledger Open(string path)
    {
        var lines = Read(path);
        Compact(path, lines);
        var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        stream.Seek(0, SeekOrigin.End);
        DurableFile.SyncDirectory(Path.GetDirectoryName(path)!);
        var ledger = new Ledger(stream);
        foreach (var line in Read(path))
        {
            ledger.Remember(line);
        }

        return ledger;
    }

    internal StagedFile? Find(string sha256)
    {
        lock (gate)
        {
            return files.GetValueOrDefault(sha256);
        }
    }

    /// <summary>Whether the content is in the staging folder or was seen at the host.</summary>
    internal bool IsKept(string sha256) => Find(sha256) is { } known && (!known.Removed || known.VerifiedAt is not null);

    internal KnownSource? FindSource(string path)
    {
        lock (gate)
        {
            return sources.GetValueOrDefault(path);
        }
    }

    /// <summary>In the order they were copied.</summary>
    internal IReadOnlyList<StagedFile> Pending()
    {
        lock (gate)
        {
            return [.. files.Values.Where(f => f is { VerifiedAt: null, Removed: false }).OrderBy(f => f.CopiedAt).ThenBy(f => f.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>Verified at the host and still in the staging folder.</summary>
    internal IReadOnlyList<StagedFile> Verified()
    {
        lock (gate)
        {
            return [.. files.Values.Where(f => f is { VerifiedAt: not null, Removed: false })];
        }
    }

    internal (int Copied, int Verified, int Pending) Count()
    {
        lock (gate)
        {
            return (files.Count, files.Values.Count(f => f.VerifiedAt is not null), files.Values.Count(f => f is { VerifiedAt: null, Removed: false }));
        }
    }

    /// <summary>A name for this content that no other content has had: the one wanted, or that with a part of the checksum in it.</summary>
    internal string NameFor(string wanted, string sha256)
    {
        lock (gate)
        {
            for (var digits = 0; ; digits += 8)
            {
                var name = digits == 0 ? wanted : WithMark(wanted, sha256[..Math.Min(digits, sha256.Length)]);
                if (!names.TryGetValue(name, out var owner) || owner == sha256 || digits > sha256.Length)
                {
                    return name;
                }
            }
        }
    }

    /// <summary>The same name with a mark before its extension.</summary>
    internal static string WithMark(string name, string mark)
    {
        var extension = Path.GetExtension(name);
        var (folder, stem) = (Path.GetDirectoryName(name) ?? "", Path.GetFileNameWithoutExtension(name));
        while (stem.Length > 0 && System.Text.Encoding.UTF8.GetByteCount(stem) + System.Text.Encoding.UTF8.GetByteCount(extension) + mark.Length + 1 > MaxNameBytes)
        {
            // A pair of surrogates is one letter.
            stem = stem[..^(stem.Length > 1 && char.IsLowSurrogate(stem[^1]) ? 2 : 1)];
        }

        return Path.Combine(folder, $"{stem}~{mark}{extension}");
    }

    /// <param name="source">Where the camera had it; null for what lay in the staging folder.</param>
    internal void Add(StagedFile staged, KnownSource? source = null) => Append(new Line { File = staged, Source = source });

    /// <summary>All with one sync: on return all are durable.</summary>
    internal void Add(IEnumerable<(StagedFile Staged, KnownSource Source)> many) => Append([.. many.Select(one => new Line { File = one.Staged, Source = one.Source })]);

    internal void AddSource(KnownSource source) => Append(new Line { Source = source });

    /// <summary>Replaces what is known of the content.</summary>
    internal void Change(StagedFile staged) => Append(new Line { File = staged });

    public void Dispose() => file.Dispose();

    private void Append(params IReadOnlyList<Line> lines)
    {
        using var text = new MemoryStream();
        foreach (var line in lines)
        {
            text.Write(JsonSerializer.SerializeToUtf8Bytes(line, LedgerJson.Default.Line));
            text.WriteByte((byte)'\n');
        }

        lock (gate)
        {
            var before = file.Length;
            try
            {
                file.Seek(before, SeekOrigin.Begin);
                file.Write(text.GetBuffer().AsSpan(0, (int)text.Length));
                file.Flush(flushToDisk: true);
            }
            catch (IOException)
            {
                // Half a line must not stand before the next one.
                file.SetLength(before);
                throw;
            }

            foreach (var line in lines)
            {
                Remember(line);
            }
        }
    }

    private void Remember(Line line)
    {
        if (line.File is { } staged)
        {
            files[staged.Sha256] = staged;
            names[staged.Name] = staged.Sha256;
        }

        if (line.Source is { } source)
        {
            sources[source.Path] = source;
        }
    }

    private static List<Line> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        var text = File.ReadAllText(path, System.Text.Encoding.UTF8);
        var lines = text.Split('\n');
        var read = new List<Line>();
        for (var i = 0; i < lines.Length; i++)
        {
            try
            {
                if (lines[i].Length > 0 && JsonSerializer.Deserialize(lines[i], LedgerJson.Default.Line) is { } line)
                {
                    read.Add(line);
                }
            }
            catch (JsonException e) when (i < lines.Length - 1)
            {
                throw new InvalidDataException(
                    $"Line {i + 1} of {path} is damaged: {e.Message} Move the file away: the staging folder is then read again, and nothing is lost but what is copied twice.", e);
            }
            catch (JsonException)
            {
                // The last line, torn: its file is found in the staging folder again.
            }
        }

        return read;
    }

    /// <summary>Rewrites the file where it is torn, or much longer than what it says.</summary>
    private static void Compact(string path, List<Line> lines)
    {
        if (!File.Exists(path))
        {
            return;
        }

        var files = lines.Select(line => line.File).OfType<StagedFile>().GroupBy(f => f.Sha256).Select(group => group.Last()).ToList();
        var done = files.Where(f => f is { VerifiedAt: not null, Removed: true }).OrderByDescending(f => f.VerifiedAt).Skip(MaxRemembered).ToHashSet();
        var sources = lines.Select(line => line.Source).OfType<KnownSource>().GroupBy(s => s.Path).Select(group => group.Last()).TakeLast(MaxRemembered).ToList();
        var torn = new FileInfo(path) is { Length: > 0 } && !File.ReadAllText(path).EndsWith('\n');
        if (!torn && done.Count == 0 && lines.Count < 1000 + (2 * (files.Count + sources.Count)))
        {
            return;
        }

        var text = new StringBuilder();
        foreach (var line in files.Where(f => !done.Contains(f)).Select(f => new Line { File = f }).Concat(sources.Select(s => new Line { Source = s })))
        {
            text.Append(JsonSerializer.Serialize(line, LedgerJson.Default.Line)).Append('\n');
        }

        DurableFile.Write(path, System.Text.Encoding.UTF8.GetBytes(text.ToString()), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    internal sealed record Line
    {
        public StagedFile? File { get; init; }

        public KnownSource? Source { get; init; }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Ledger.Line))]
internal sealed partial class LedgerJson : JsonSerializerContext;
