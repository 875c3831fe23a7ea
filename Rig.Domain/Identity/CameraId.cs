using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rig.Domain.Identity;

/// <summary>
/// A camera position of the rig, <c>CAM_L</c>, <c>CAM_C</c> or <c>CAM_R</c> by default. The only accepted form is
/// <c>CAM_</c> and 1 to 8 capital letters or digits, so an id is always safe as a folder name.
/// </summary>
[JsonConverter(typeof(CameraIdJsonConverter))]
public readonly record struct CameraId
{
    public static readonly CameraId Left = new("CAM_L");
    public static readonly CameraId Center = new("CAM_C");
    public static readonly CameraId Right = new("CAM_R");

    private readonly string? value;

    private CameraId(string value) => this.value = value;

    public string Value => value ?? throw new InvalidOperationException("A default CameraId names no camera.");

    /// <summary><c>left</c>, <c>center</c> or <c>right</c>, the manifest's <c>recording.position</c>; <c>other</c> for further cameras.</summary>
    public string Position => Value switch { "CAM_L" => "left", "CAM_C" => "center", "CAM_R" => "right", _ => "other" };

    public static bool TryParse(string? text, out CameraId id)
    {
        id = default;
        if (text is null || text.Length is < 5 or > 12 || !text.StartsWith("CAM_", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var c in text.AsSpan(4))
        {
            if (!char.IsAsciiLetterUpper(c) && !char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        id = new CameraId(text);
        return true;
    }

    /// <exception cref="FormatException">The text is not a camera id; the message says what one looks like.</exception>
    public static CameraId Parse(string? text) => TryParse(text, out var id)
        ? id
        : throw new FormatException("A camera id is CAM_ and 1 to 8 capital letters or digits, such as CAM_L.");

    public override string ToString() => value ?? "";
}

internal sealed class CameraIdJsonConverter : JsonConverter<CameraId>
{
    public override CameraId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        CameraId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("A camera id is CAM_ and 1 to 8 capital letters or digits.");

    public override void Write(Utf8JsonWriter writer, CameraId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
