using System.Globalization;

namespace Rig.CameraNode.Dashcam.Power;

/// <summary>What NUT's upsc(8) prints: lines <c>name: value</c>.</summary>
internal static class NutText
{
    internal static PowerAnswer Parse(string text)
    {
        var values = text.Split('\n').Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0]).ToDictionary(group => group.Key, group => group.Last()[1]);
        if (!values.TryGetValue("battery.charge", out var charge) || !double.TryParse(charge, CultureInfo.InvariantCulture, out var percent))
        {
            return PowerAnswer.Unreadable("upsc named no battery.charge.");
        }

        // OL: on line; OB: on battery.
        var status = values.GetValueOrDefault("ups.status", "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return status.Contains("OL") ? PowerAnswer.Of(percent, true)
            : status.Contains("OB") ? PowerAnswer.Of(percent, false)
            : PowerAnswer.Unreadable("upsc named neither OL nor OB in ups.status.");
    }
}
