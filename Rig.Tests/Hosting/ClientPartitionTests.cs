using System.Net;
using Rig.Hosting.Http;

namespace Rig.Tests.Hosting;

public class ClientPartitionTests
{
    [Theory]
    [InlineData("192.168.1.7", "::ffff:192.168.1.7")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff")]
    public void One_owners_addresses_share_a_limiter(string first, string second) =>
        Assert.Equal(ClientPartition.Of(IPAddress.Parse(first)), ClientPartition.Of(IPAddress.Parse(second)));

    [Fact]
    public void There_are_never_more_limiters_than_a_bound_and_neighbours_seldom_share_one()
    {
        var partitions = Enumerable.Range(0, 1 << 14).Select(host => ClientPartition.Of(new IPAddress([10, 0, (byte)(host >> 8), (byte)host]))).ToList();
        Assert.All(partitions, partition => Assert.InRange(partition, 0, ClientPartition.Count - 1));
        Assert.InRange(partitions.Distinct().Count(), 14_000, 1 << 14);
    }

    [Theory]
    [InlineData("192.168.1.7", "192.168.1.7/32")]
    [InlineData("::ffff:192.168.1.7", "192.168.1.7/32")]
    [InlineData("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64")]
    public void A_client_is_an_ipv4_address_or_an_ipv6_network(string address, string network) =>
        Assert.Equal(IPNetwork.Parse(network), ClientPartition.NetworkOf(IPAddress.Parse(address)));
}
