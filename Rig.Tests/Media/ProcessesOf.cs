namespace Rig.Tests.Media;

/// <summary>The ffmpeg and ffprobe processes that name a file on their command line.</summary>
internal static class ProcessesOf
{
    public static bool Any(string path) => CommandLines(path).Any();

    /// <summary>Words between zeros.</summary>
    public static IEnumerable<string> CommandLines(string path)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            string line;
            try
            {
                line = File.ReadAllText(Path.Combine(process, "cmdline"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has just ended.
                continue;
            }

            if (Path.GetFileName(line.Split('\0')[0]).StartsWith("ff", StringComparison.Ordinal) && line.Contains(path, StringComparison.Ordinal))
            {
                yield return line;
            }
        }
    }
}
