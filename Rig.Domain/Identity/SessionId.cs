using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rig.Domain.Identity;

/// <summary>
/// One match or training: <c>GAME_YYYYMMDD_HHMMSS</c> from the master clock, or a name of the user's such as
/// <c>JVvsRivals_Home</c>. Letters, digits, <c>_</c> and <c>-</c>, 1 to 64 of them, the first a letter or digit, and never
/// a name that a file system treats specially, so an id is always safe as a folder name.
/// </summary>
[JsonConverter(typeof(SessionIdJsonConverter))]
public readonly record struct SessionId
{
    public const int MaxLength = 64;

    private static readonly HashSet<string> DeviceNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL",
        "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
        "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    private readonly string? value;

    private SessionId(string value) => this.value = value;

    public string Value => value ?? throw new InvalidOperationException("A default SessionId names no session.");

    /// <param name="masterTime">The master clock's reading, taken as UTC.</param>
    public static SessionId FromMasterTime(DateTimeOffset masterTime) =>
        new("GAME_" + masterTime.UtcDateTime.ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture));

    /// <summary>A camera's test of itself: never copied home, never part of a session of the rig.</summary>
    public static SessionId ForSelfTest(DateTimeOffset nodeTime) =>
        new(SelfTestPrefix + nodeTime.UtcDateTime.ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture));

    public bool IsSelfTest => value?.StartsWith(SelfTestPrefix, StringComparison.Ordinal) == true;

    private const string SelfTestPrefix = "SELFTEST_";

    public static bool TryParse(string? text, out SessionId id)
    {
        id = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || !char.IsAsciiLetterOrDigit(text[0]) || DeviceNames.Contains(text))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-'))
            {
                return false;
            }
        }

        id = new SessionId(text);
        return true;
    }

    /// <exception cref="FormatException">The text is not a session id; the message says what one looks like.</exception>
    public static SessionId Parse(string? text) => TryParse(text, out var id)
        ? id
        : throw new FormatException("A session id is 1 to 64 letters, digits, '_' or '-', starting with a letter or digit, such as GAME_20261121_140000.");

    public override string ToString() => value ?? "";
}

internal sealed class SessionIdJsonConverter : JsonConverter<SessionId>
{
    public override SessionId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        SessionId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("A session id is 1 to 64 letters, digits, '_' or '-'.");

    public override void Write(Utf8JsonWriter writer, SessionId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
