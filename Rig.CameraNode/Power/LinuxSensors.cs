using System.Globalization;
using Rig.Actors.Recording;

namespace Rig.CameraNode.Power;

/// <summary>Reads <c>/proc</c> and <c>/sys</c>. A reading is kept for a second, so that asking often costs nothing.</summary>
internal sealed class LinuxSensors(TimeProvider time, string root = "/") : ISensors
{
    private static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private SensorReading last = new(null, null, 0, 0, 0);
    private long readAt;
    private (long Busy, long Total) cpu;

    public SensorReading Read()
    {
        lock (gate)
        {
            if (readAt == 0 || time.GetElapsedTime(readAt) > KeepFor)
            {
                last = ReadNow();
                readAt = time.GetTimestamp();
            }

            return last;
        }
    }

    private SensorReading ReadNow()
    {
        var (memoryPercent, availableMb) = Memory();
        return new SensorReading(Temperature(), Battery(), Cpu(), memoryPercent, availableMb);
    }

    private double? Temperature()
    {
        var zones = Path.Combine(root, "sys/class/thermal");
        if (!Directory.Exists(zones))
        {
            return null;
        }

        // Millidegrees; the hottest zone is the one that throttles.
        var readings = Directory.EnumerateDirectories(zones, "thermal_zone*")
            .Select(zone => Number(Path.Combine(zone, "temp")) / 1000)
            .Where(t => t is > 0 and < 150)
            .ToList();
        return readings.Count == 0 ? null : readings.Max();
    }

    private BatteryReading? Battery()
    {
        var supplies = Path.Combine(root, "sys/class/power_supply");
        if (!Directory.Exists(supplies))
        {
            return null;
        }

        foreach (var supply in Directory.EnumerateDirectories(supplies).Order(StringComparer.Ordinal))
        {
            // Mice and pens are power supplies too, of scope "Device".
            if (Text(Path.Combine(supply, "type")) == "Battery" && Text(Path.Combine(supply, "scope")) != "Device"
                && Number(Path.Combine(supply, "capacity")) is { } percent)
            {
                return new BatteryReading(percent, Text(Path.Combine(supply, "status")) is "Charging" or "Full" or "Not charging");
            }
        }

        return null;
    }

    private double Cpu()
    {
        var fields = (Text(Path.Combine(root, "proc/stat"))?.Split('\n')[0] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 6)
        {
            return 0;
        }

        var ticks = fields.Skip(1).Take(8).Select(f => long.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        var total = ticks.Sum();
        var busy = total - ticks[3] - ticks[4];
        var previous = cpu;
        cpu = (busy, total);
        return total > previous.Total ? Math.Round(100.0 * (busy - previous.Busy) / (total - previous.Total), 1) : 0;
    }

    private (double Percent, double AvailableMb) Memory()
    {
        var lines = Text(Path.Combine(root, "proc/meminfo"))?.Split('\n') ?? [];
        double Of(string name) => lines.FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line
            && double.TryParse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture, out var kb) ? kb : 0;
        var (total, available) = (Of("MemTotal:"), Of("MemAvailable:"));
        return total > 0 ? (Math.Round(100 * (1 - (available / total)), 1), Math.Round(available / 1024)) : (0, 0);
    }

    private static double? Number(string path) => double.TryParse(Text(path), CultureInfo.InvariantCulture, out var value) ? value : null;

    private static string? Text(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A sensor whose driver has nothing to say right now.
            return null;
        }
    }
}
