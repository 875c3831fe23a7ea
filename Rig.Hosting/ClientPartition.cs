using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Rig.Hosting;

/// <summary>
/// Which of a bounded number of rate limiters a client's address falls to. By the address itself, whoever owns many could make the
/// program keep a limiter for each.
/// </summary>
public static class ClientPartition
{
    /// <summary>Two clients share a limiter by chance once in this many.</summary>
    public const int Count = 1 << 16;

    /// <summary>The low half of an IPv6 address is its owner's to choose and does not count.</summary>
    /// <returns>0 to <see cref="Count"/> - 1; the hash has a secret of the process, so that nobody can aim at another's.</returns>
    public static int Of(IPAddress? address)
    {
        if (address is null)
        {
            return 0;
        }

        var client = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var bytes = client.GetAddressBytes();
        var network = client.AddressFamily == AddressFamily.InterNetworkV6 ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return HashCode.Combine(network) & (Count - 1);
    }
}
