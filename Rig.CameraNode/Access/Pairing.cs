using System.Text.Json.Serialization;
using Rig.Hosting.Access;

namespace Rig.CameraNode.Access;

/// <summary>Who is paired with this node, and by which PIN others are: what its file holds. Pure.</summary>
/// <param name="Pin">Empty where nobody can pair.</param>
/// <param name="IsPinPublic">A node fresh from its first start shows the PIN to whoever opens its page; one that was reset does not.</param>
internal sealed record Pairing(int Version, string Pin, bool IsPinPublic, IReadOnlyList<PairedDevice> Devices)
{
    public const int CurrentVersion = 1;

    public const int MaxDevices = 64;

    /// <summary>Nobody is known and nobody can pair.</summary>
    public static Pairing Closed { get; } = new(CurrentVersion, "", false, []);

    /// <summary>Some phone owns the node. The first that pairs does.</summary>
    [JsonIgnore]
    public bool IsClaimed => Devices.Any(device => device.IsOwner);

    /// <summary>The PIN that the page shows to everybody; null once the node is claimed.</summary>
    [JsonIgnore]
    public string? PublicPin => IsPinPublic && !IsClaimed ? Pin : null;

    [JsonIgnore]
    public bool IsFull => Devices.Count >= MaxDevices;

    public static Pairing Fresh(string pin) => new(CurrentVersion, pin, true, []);

    /// <summary>After somebody with hands on the box took everything back.</summary>
    public static Pairing Reset(string pin) => new(CurrentVersion, pin, false, []);

    public PairedDevice? Find(DeviceToken token) => Devices.FirstOrDefault(token.Opens);

    public PairedDevice? Find(string id) => Devices.FirstOrDefault(device => device.Id == id);

    /// <summary>The role of the next phone that shows the PIN.</summary>
    [JsonIgnore]
    public string NextRole => IsClaimed ? Roles.Operator : Roles.Owner;

    /// <param name="nextPin">Takes the PIN's place where everybody could read that one until now.</param>
    public Pairing Add(PairedDevice device, string nextPin)
    {
        var added = this with { Devices = [.. Devices, device] };
        return PublicPin is not null && added.IsClaimed ? added.WithPin(nextPin) : added;
    }

    public Pairing WithPin(string pin) => this with { Pin = pin, IsPinPublic = false };

    public Pairing Change(PairedDevice device) => this with { Devices = [.. Devices.Select(each => each.Id == device.Id ? device : each)] };

    public Pairing Remove(string id) => this with { Devices = [.. Devices.Where(each => each.Id != id)] };

    /// <summary>Nobody could give the node's other phones their roles any more.</summary>
    public bool IsLastOwner(string id) => Devices.Count(device => device.IsOwner) == 1 && Find(id) is { IsOwner: true };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Pairing))]
[JsonSerializable(typeof(PairedDevice))]
internal sealed partial class PairingJson : JsonSerializerContext;
