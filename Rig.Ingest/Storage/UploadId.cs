using System.Security.Cryptography;

namespace Rig.Ingest.Storage;

/// <summary>128 random bits as 32 hexadecimal digits: nobody guesses one, no two collide, and it is safe as a file name.</summary>
internal readonly record struct UploadId
{
    private const int Bytes = 16;

    private readonly string value;

    private UploadId(string value) => this.value = value;

    public static UploadId New() => new(RandomNumberGenerator.GetHexString(2 * Bytes, lowercase: true));

    public static bool TryParse(string? text, out UploadId id)
    {
        var valid = text is { Length: 2 * Bytes } && text.All(char.IsAsciiHexDigitLower);
        id = valid ? new UploadId(text!) : default;
        return valid;
    }

    public override string ToString() => value;
}
