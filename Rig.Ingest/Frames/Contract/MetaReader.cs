using System.Globalization;
using System.Text.Json;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>Reads what devices say, field by field, with the contract's words for what is wrong.</summary>
internal static class MetaReader
{
    private const int MaxTextLength = 500;
    private const long MillisecondsFrom = 100_000_000_000;

    /// <exception cref="FrameRefusal">400, naming the first field that is wrong.</exception>
    public static FrameMeta Frame(JsonElement meta) => new(
        Device(meta),
        Instant(meta, "capture_ts"),
        Long(meta, "seq", 0, long.MaxValue - 1),
        Integer(meta, "width", 1, FrameContract.MaxWidth),
        Integer(meta, "height", 1, FrameContract.MaxHeight),
        Integer(meta, "jpeg_quality", 1, 100),
        Optional(meta, "battery_mv", 0, 100_000),
        Optional(meta, "rssi", -200, 100),
        Text(meta, "fw_version"),
        Text(meta, "notes"));

    /// <returns>As text: whether there is such a device is for whoever knows its key.</returns>
    public static string Device(JsonElement body)
    {
        var value = Required(body, "device_id");
        return value.ValueKind == JsonValueKind.String && DeviceId.TryParse(value.GetString(), out var id) ? id.Value : throw FrameRefusal.Field("device_id");
    }

    /// <summary>ISO 8601, or seconds since 1970, or milliseconds where the number is too large for them.</summary>
    public static DateTimeOffset Instant(JsonElement body, string name)
    {
        var value = Required(body, name);
        return TryInstant(value, out var instant) ? instant : throw FrameRefusal.Field(name);
    }

    public static int? Optional(JsonElement body, string name, int least, int most) =>
        !body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most ? number
        : throw FrameRefusal.Integer(name);

    public static string? Text(JsonElement body, string name) =>
        !body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= MaxTextLength } text && !text.Contains('\0', StringComparison.Ordinal) ? text
        : throw FrameRefusal.Field(name);

    public static JsonElement Required(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : throw FrameRefusal.Missing(name);

    private static int Integer(JsonElement body, string name, int least, int most) => (int)Long(body, name, least, most);

    private static long Long(JsonElement body, string name, long least, long most)
    {
        var value = Required(body, name);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most ? number : throw FrameRefusal.Integer(name);
    }

    private static bool TryInstant(JsonElement value, out DateTimeOffset instant)
    {
        instant = default;
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : null;
        if ((value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var epoch))
            || (text is not null && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out epoch)))
        {
            var ms = epoch >= MillisecondsFrom ? epoch : epoch * 1000;
            if (!double.IsFinite(ms) || ms < 0 || ms > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            {
                return false;
            }

            instant = DateTimeOffset.UnixEpoch.AddMilliseconds(ms);
            return true;
        }

        // A text without an offset is UTC.
        return text is { Length: >= 8 and <= 40 }
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant)
            && instant >= DateTimeOffset.UnixEpoch;
    }
}
