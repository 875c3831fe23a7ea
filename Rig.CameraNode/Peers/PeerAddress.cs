using System.Net;
using System.Net.Sockets;

namespace Rig.CameraNode.Peers;

/// <summary>Where another camera's routes are, as somebody typed it: an address of the rig's own network, never a name.</summary>
internal readonly record struct PeerAddress(IPAddress Ip, int Port)
{
    public const int DefaultPort = 8080;

    public string BaseUrl => $"http://{this}";

    public override string ToString() => new IPEndPoint(Ip, Port).ToString();

    /// <param name="text">Dotted quad or IPv6; the shortened forms that some programs take (<c>10.1</c>) are refused.</param>
    public static bool TryParseIp(string? text, out IPAddress ip) =>
        IPAddress.TryParse(text, out ip!) && (ip.AddressFamily == AddressFamily.InterNetworkV6 || ip.ToString() == text);

    /// <param name="text">As <see cref="ToString"/> writes it.</param>
    public static bool TryParse(string? text, out PeerAddress address)
    {
        address = default;
        if (!IPEndPoint.TryParse(text ?? "", out var endPoint) || endPoint.Port == 0)
        {
            return false;
        }

        address = new PeerAddress(endPoint.Address, endPoint.Port);
        return address.ToString() == text;
    }

    /// <summary>
    /// Null for an address that a rig's camera can have. A camera is never on the internet, so whoever reaches these routes cannot
    /// make a node call there.
    /// </summary>
    /// <param name="oneMachine">The whole rig runs on this machine, so that loopback is its network.</param>
    public static string? Objection(IPAddress ip, bool oneMachine)
    {
        if (ip.IsIPv4MappedToIPv6)
        {
            ip = ip.MapToIPv4();
        }

        var b = ip.GetAddressBytes();
        var local = ip.AddressFamily == AddressFamily.InterNetworkV6
            ? ip.IsIPv6UniqueLocal || ip.IsIPv6LinkLocal
            : b[0] == 10 || (b[0] == 172 && b[1] is >= 16 and < 32) || (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254);
        return local || (oneMachine && IPAddress.IsLoopback(ip))
            ? null
            : "must be an address of the rig's own network, such as 192.168.1.103";
    }
}
