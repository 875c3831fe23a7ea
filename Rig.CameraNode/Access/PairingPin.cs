using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Rig.CameraNode.Access;

/// <summary>
/// What a phone shows once to be paired: eight digits, few enough to type with a thumb and enough that guessing within the limits of
/// <see cref="PairingAttempts"/> takes decades.
/// </summary>
internal static class PairingPin
{
    public const int Digits = 8;

    public static string New() => RandomNumberGenerator.GetInt32(100_000_000).ToString("D8", CultureInfo.InvariantCulture);

    /// <summary>Spaces and dashes, which people type between groups of digits, do not count. Takes as long whatever is wrong.</summary>
    public static bool Matches(string pin, string? given)
    {
        var digits = new string([.. (given ?? "").Where(letter => letter is not (' ' or '-')).Take(Digits + 1)]);
        return pin.Length == Digits && CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(pin.AsSpan()), MemoryMarshal.AsBytes(digits.AsSpan()));
    }

    /// <summary>In two groups: <c>1234 5678</c>.</summary>
    public static string Spaced(string pin) => $"{pin[..4]} {pin[4..]}";
}
