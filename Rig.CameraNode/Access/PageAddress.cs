using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Rig.CameraNode.Settings;
using Rig.Hosting.Trust;

namespace Rig.CameraNode.Access;

/// <summary>Names and addresses of this node's page.</summary>
internal static class PageAddress
{
    /// <summary>The names that the node answers to besides its addresses.</summary>
    public static IEnumerable<string> Names(NodeOptions node)
    {
        var host = Dns.GetHostName();
        return
        [
            host, $"{host}.local", node.ClusterHost, .. node.Names,
            .. node.PublicBaseUrl.Length > 0 && Uri.TryCreate(node.PublicBaseUrl, UriKind.Absolute, out var url) ? [url.Host] : Array.Empty<string>(),
        ];
    }

    /// <summary>The address by which a phone in the same network opens the page, from the settings or else this machine's own.</summary>
    /// <param name="port">Where the page was reached from this machine.</param>
    public static string OfPhones(NodeOptions node, TrustOptions trust, int port) =>
        Uri.TryCreate(node.BaseUrl(trust), UriKind.Absolute, out var url) && !url.IsLoopback ? node.BaseUrl(trust)
        : FirstOfMachine() is { } own ? $"{(node.ServesPlain(trust) ? "http" : "https")}://{own}:{port}"
        : node.BaseUrl(trust);

    /// <summary>In the fragment, which browsers send to nobody: the page reads it, pairs and takes it out of the address.</summary>
    public static string WithPin(string page, string pin) => $"{page.TrimEnd('/')}/#pin={pin}";

    private static IPAddress? FirstOfMachine() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(address => address.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
}
