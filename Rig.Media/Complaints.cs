using System.Text.RegularExpressions;

namespace Rig.Media;

/// <summary>What ffmpeg said on its error output: the end of it, for an error message.</summary>
/// <param name="path">What ffmpeg calls the file.</param>
/// <param name="name">What the message calls it.</param>
internal sealed partial class Complaints(string path, string name)
{
    private const int KeptLines = 8;
    private readonly Queue<string> lines = new();
    private readonly Lock gate = new();

    public int Count { get; private set; }

    public void Add(string line)
    {
        lock (gate)
        {
            Count++;
            lines.Enqueue(line);
            if (lines.Count > KeptLines)
            {
                lines.Dequeue();
            }
        }
    }

    public async Task ReadAsync(TextReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            Add(line);
        }
    }

    /// <summary>On one line, without the addresses in memory that ffmpeg prints.</summary>
    public override string ToString()
    {
        lock (gate)
        {
            var said = lines.Select(Shorten).Where(line => line.Length > 0).Distinct().ToArray();
            return said.Length == 0 ? "it gave no reason" : string.Join("; ", said);
        }
    }

    private string Shorten(string line)
    {
        var full = Path.GetFullPath(path);
        return Speaker().Replace(line, "").Replace("file:" + full, name, StringComparison.Ordinal).Replace(full, name, StringComparison.Ordinal).Trim();
    }

    [GeneratedRegex(@"^\[[^\]]* @ 0x[0-9a-f]+\] ?")]
    private static partial Regex Speaker();
}
