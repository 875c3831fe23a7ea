using System.Diagnostics.CodeAnalysis;

namespace Rig.Domain.Frames;

/// <summary>
/// A still-frame camera, such as <c>pi-cam-1</c>: 1 to 64 letters, digits, <c>-</c> or <c>_</c>, the first a letter or digit. So an id is
/// always safe as a folder name.
/// </summary>
public readonly record struct DeviceId
{
    public const int MaxLength = 64;

    private readonly string? value;

    private DeviceId(string value) => this.value = value;

    public string Value => value ?? throw new InvalidOperationException("A default DeviceId names no device.");

    public static bool TryParse([NotNullWhen(true)] string? text, out DeviceId id)
    {
        id = default;
        if (text is not { Length: > 0 and <= MaxLength } || !char.IsAsciiLetterOrDigit(text[0]) || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            return false;
        }

        id = new DeviceId(text);
        return true;
    }

    /// <exception cref="FormatException">The text is not a device id; the message says what one looks like.</exception>
    public static DeviceId Parse(string? text) => TryParse(text, out var id)
        ? id
        : throw new FormatException("A device id is 1 to 64 letters, digits, '-' or '_', starting with a letter or digit, such as pi-cam-1.");

    public override string ToString() => value ?? "";
}
