using System.Globalization;

namespace Rig.Bench.Record;

/// <summary>What a process and all that it started use, as /proc tells it (proc(5)).</summary>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100;

    /// <returns>Processor seconds of everything that runs now, and of children that ended, and resident memory in MiB.</returns>
    internal static (double CpuSeconds, double ResidentMb) Read(int rootId)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? Stat(id) : null)
            .OfType<(int Id, int Parent, double Ticks, long Pages)>()
            .ToList();
        var tree = new HashSet<int> { rootId };
        for (var found = true; found;)
        {
            found = false;
            foreach (var process in all)
            {
                found |= tree.Contains(process.Parent) && tree.Add(process.Id);
            }
        }

        var own = all.Where(p => tree.Contains(p.Id)).ToList();
        return (own.Sum(p => p.Ticks) / TicksPerSecond, own.Sum(p => p.Pages) * Environment.SystemPageSize / 1048576.0);
    }

    /// <returns>Processor seconds of the process itself, without any that it started.</returns>
    internal static double OwnSeconds(int id)
    {
        var text = File.ReadAllText($"/proc/{id}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>Processor seconds of all children of this process that have ended.</summary>
    internal static double EndedChildrenSeconds()
    {
        var text = File.ReadAllText("/proc/self/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[13], CultureInfo.InvariantCulture) + double.Parse(fields[14], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static (int Id, int Parent, double Ticks, long Pages)? Stat(int id)
    {
        try
        {
            // The name, in parentheses, may hold anything.
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            double Field(int number) => double.Parse(fields[number - 3], CultureInfo.InvariantCulture);
            return (id, (int)Field(4), Field(14) + Field(15) + Field(16) + Field(17), (long)Field(24));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
            return null;
        }
    }
}
