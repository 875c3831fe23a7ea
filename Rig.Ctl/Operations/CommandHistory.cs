namespace Rig.Ctl.Operations;

/// <summary>What an operator typed, in a file of his own.</summary>
internal sealed class CommandHistory
{
    private const int MaxLines = 500;

    private readonly string path;
    private readonly List<string> lines;

    public CommandHistory(string path)
    {
        this.path = path;
        try
        {
            lines = File.Exists(path) ? [.. File.ReadLines(path).TakeLast(MaxLines)] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lines = [];
        }
    }

    public IReadOnlyList<string> Lines => lines;

    public static string UsualPath => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_STATE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"), "rig", "rigctl-history");

    /// <summary>Keeps the line, unless it is the last one again. A file that cannot be written costs the history only.</summary>
    public void Add(string line)
    {
        if (lines.Count > 0 && lines[^1] == line)
        {
            return;
        }

        lines.Add(line);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            using var writer = new StreamWriter(file);
            foreach (var kept in lines.TakeLast(MaxLines))
            {
                writer.WriteLine(kept);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"rigctl: the history could not be kept: {e.Message}");
        }
    }
}
