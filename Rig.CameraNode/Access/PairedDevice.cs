using System.Globalization;
using System.Text.Json.Serialization;
using Rig.Hosting.Access;

namespace Rig.CameraNode.Access;

/// <summary>A phone, or another program, that showed the PIN once.</summary>
/// <param name="Id">Of <see cref="DeviceToken"/>.</param>
/// <param name="Name">As it or an owner calls it.</param>
/// <param name="Role"><see cref="Roles.Operator"/> or <see cref="Roles.Owner"/>.</param>
/// <param name="TokenSha256">Of the secret that it keeps.</param>
/// <param name="LastSeen">To the hour.</param>
internal sealed record PairedDevice(string Id, string Name, string Role, string TokenSha256, DateTimeOffset PairedAt, DateTimeOffset LastSeen)
{
    private const int MaxName = 40;

    [JsonIgnore]
    public bool IsOwner => Role == Roles.Owner;

    /// <summary>Two phones of one name are told apart by their ids.</summary>
    [JsonIgnore]
    public string Title => $"{Name} ({Id[..4]})";

    public static bool IsRole(string? role) => role is Roles.Operator or Roles.Owner;

    public static PairedDevice New(DeviceToken token, string? name, string role, DateTimeOffset now) => new(token.Id, NameOf(name), role, token.Sha256, now, now);

    /// <summary>
    /// On one line, at most 40 characters, none of which is invisible or turns the order of what follows it: a name stands in the audit
    /// log among other words. "Phone" where nothing is left.
    /// </summary>
    public static string NameOf(string? text)
    {
        var plain = new string([.. (text ?? "").Where(letter => char.GetUnicodeCategory(letter) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned))]).Trim();
        return plain.Length == 0 ? "Phone" : plain[..Math.Min(plain.Length, MaxName)].Trim();
    }

    public Caller ToCaller() => IsOwner ? new Caller(Title, Roles.Owner, Roles.Operator) : new Caller(Title, Roles.Operator);
}
