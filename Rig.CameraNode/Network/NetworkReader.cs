using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Rig.CameraNode.Network;

/// <summary>How this machine is connected, as the kernel tells it.</summary>
/// <param name="IpAddress">IPv4 address of the first connected interface; null without one.</param>
internal sealed record NetworkState(bool Connected, string? Interface, string? IpAddress, bool Wireless);

internal static class NetworkReader
{
    internal static NetworkState Read()
    {
        var best = NetworkInterface.GetAllNetworkInterfaces()
            .Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Select(i => (Interface: i, Address: i.GetIPProperties().UnicastAddresses.FirstOrDefault(a => a.Address.AddressFamily == AddressFamily.InterNetwork)?.Address))
            .Where(i => i.Address is not null)
            .OrderBy(i => i.Interface.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Interface is { } found
            ? new NetworkState(true, found.Name, best.Address!.ToString(), Directory.Exists($"/sys/class/net/{found.Name}/wireless"))
            : new NetworkState(false, null, null, false);
    }
}
