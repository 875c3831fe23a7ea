using System.Security.Cryptography;
using System.Text;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>A device as a request needs it.</summary>
/// <param name="OldKeyUntil">Until when the key before the newest opens as well.</param>
internal sealed record FrameDevice(
    DeviceId Id, bool IsEnabled, DeviceKeyRecord Key, DeviceKeyRecord? OldKey, DateTimeOffset? OldKeyUntil, bool RequiresSignature)
{
    /// <summary>The keys that open now, the newest first.</summary>
    public IEnumerable<DeviceKeyRecord> KeysAt(DateTimeOffset now) => OldKey is { } old && OldKeyUntil > now ? [Key, old] : [Key];
}

/// <summary>What the server keeps of a key.</summary>
/// <param name="Sha256">Hex.</param>
internal sealed record DeviceKeyRecord(string Sha256, byte[] SigningSecret)
{
    /// <summary>By so much of its hash a key is looked up.</summary>
    public const int LookupDigits = 8;

    private const int KeyDigits = 48;

    /// <returns>A new key of 192 random bits, and what is kept of it.</returns>
    public static (string Key, DeviceKeyRecord Record) New()
    {
        var key = "rigcam_" + RandomNumberGenerator.GetHexString(KeyDigits, lowercase: true);
        return (key, Of(key));
    }

    public static DeviceKeyRecord Of(string key) => new(HashOf(key), FrameSignature.SecretOf(key));

    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>In constant time.</summary>
    public bool Matches(string sha256) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(sha256), Encoding.ASCII.GetBytes(Sha256));
}
