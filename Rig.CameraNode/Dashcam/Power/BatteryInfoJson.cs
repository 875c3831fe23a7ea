using System.Text.Json;

namespace Rig.CameraNode.Dashcam.Power;

/// <summary>What <c>battery-info.sh</c> prints: one object with <c>battery_percent</c>, <c>input_voltage</c> (in volts or millivolts) and more.</summary>
internal static class BatteryInfoJson
{
    /// <summary>No input has so many volts, and no fed one so few millivolts.</summary>
    private const double MostVolts = 100;

    internal static PowerAnswer Parse(string text, double mainsMillivolts)
    {
        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return PowerAnswer.Unreadable("battery-info printed no JSON object.");
            }

            if (Number(json.RootElement, "battery_percent") is not { } percent || percent is < 0 or > 100)
            {
                return PowerAnswer.Unreadable("battery-info named no battery_percent of 0 to 100.");
            }

            if (Number(json.RootElement, "input_voltage") is not { } input)
            {
                return PowerAnswer.Unreadable("battery-info named no input_voltage, so nobody knows whether mains is there.");
            }

            return PowerAnswer.Of(percent, (input < MostVolts ? input * 1000 : input) >= mainsMillivolts);
        }
        catch (JsonException)
        {
            return PowerAnswer.Unreadable("battery-info printed no JSON.");
        }
    }

    private static double? Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : null;
}
