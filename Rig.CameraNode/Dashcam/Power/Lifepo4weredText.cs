using System.Globalization;

namespace Rig.CameraNode.Dashcam.Power;

/// <summary>What <c>lifepo4wered-cli get</c> prints: lines <c>KEY = VALUE</c>, voltages in millivolts.</summary>
internal static class Lifepo4weredText
{
    /// <summary>Rest voltage of one LiFePO4 cell and its charge, falling; below the last 5 %.</summary>
    private static readonly (double Volts, double Percent)[] Curve =
    [
        (3.65, 100), (3.60, 95), (3.55, 90), (3.50, 80), (3.45, 70), (3.40, 60), (3.35, 50), (3.30, 40), (3.25, 30), (3.20, 20), (3.10, 10),
    ];

    private const double EmptyPercent = 5;
    private const double LeastVolts = 1;
    private const double MostVolts = 5;

    internal static PowerAnswer Parse(string text, double mainsMillivolts)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            var parts = line.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && double.TryParse(parts[1], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            {
                values[parts[0]] = value;
            }
        }

        if (!values.TryGetValue("VBAT", out var battery) || !values.TryGetValue("VIN", out var input))
        {
            return PowerAnswer.Unreadable("lifepo4wered-cli named no VBAT or no VIN.");
        }

        var volts = (battery + values.GetValueOrDefault("VBAT_OFFSET")) / 1000;
        return volts is < LeastVolts or > MostVolts
            ? PowerAnswer.Unreadable(string.Create(CultureInfo.InvariantCulture, $"lifepo4wered-cli names {volts:0.###} V, which is no voltage of its cell."))
            : PowerAnswer.Of(Percent(volts), input >= values.GetValueOrDefault("VIN_THRESHOLD", mainsMillivolts));
    }

    internal static double Percent(double volts)
    {
        foreach (var (least, percent) in Curve)
        {
            // 3.35 V is read as 3350 mV, so half a millivolt is no difference.
            if (volts >= least - 0.0005)
            {
                return percent;
            }
        }

        return EmptyPercent;
    }
}
