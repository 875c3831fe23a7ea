using System.Net;
using System.Net.Sockets;

namespace Rig.Hosting.Http;

/// <summary>
/// Which of a bounded number of rate limiters a client's address falls to. By the address itself, whoever owns many could make the
/// program keep a limiter for each.
/// </summary>
public static class ClientPartition
{
    /// <summary>Two clients share a limiter by chance once in this many.</summary>
    public const int Count = 1 << 16;

    /// <returns>0 to <see cref="Count"/> - 1; the hash has a secret of the process, so that nobody can aim at another's.</returns>
    public static int Of(IPAddress? address) => address is null ? 0 : NetworkOf(address).GetHashCode() & (Count - 1);

    /// <summary>The low half of an IPv6 address is its owner's to choose and does not count.</summary>
    /// <returns>The address alone for IPv4, also where it is written as IPv6; the /64 for IPv6; 0.0.0.0/0 when there is no address.</returns>
    public static IPNetwork NetworkOf(IPAddress? address)
    {
        if (address is null)
        {
            return new IPNetwork(IPAddress.Any, 0);
        }

        var client = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (client.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return new IPNetwork(client, 32);
        }

        var bytes = client.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPNetwork(new IPAddress(bytes), 64);
    }
}
