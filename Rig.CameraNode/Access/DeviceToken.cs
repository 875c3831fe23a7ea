using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Rig.CameraNode.Access;

/// <summary>What a paired device keeps and sends with every request: its id and a secret of 256 bits, of which the node keeps the hash alone.</summary>
internal sealed class DeviceToken
{
    private readonly string secret;

    private DeviceToken(string id, string secret) => (Id, this.secret) = (id, secret);

    /// <summary>Eight hexadecimal digits.</summary>
    public string Id { get; }

    /// <summary>The value of the cookie; whoever has it is that device.</summary>
    public string Cookie => $"{Id}.{secret}";

    /// <summary>In lower-case hexadecimal digits.</summary>
    public string Sha256 => Convert.ToHexStringLower(Hash());

    public static DeviceToken New() => new(RandomNumberGenerator.GetHexString(8, lowercase: true), Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));

    public static bool TryParse(string? cookie, [NotNullWhen(true)] out DeviceToken? token)
    {
        token = cookie?.Split('.') is [{ Length: 8 } id, { Length: 43 } secret] ? new DeviceToken(id, secret) : null;
        return token is not null;
    }

    public bool Opens(PairedDevice device) =>
        device.Id == Id && CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(device.TokenSha256.AsSpan()), MemoryMarshal.AsBytes(Sha256.AsSpan()));

    private byte[] Hash() => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret));
}
