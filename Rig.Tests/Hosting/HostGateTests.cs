using System.Net;
using Microsoft.AspNetCore.Http;
using Rig.Hosting.Http;

namespace Rig.Tests.Hosting;

public class HostGateTests
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase) { "games.example.org", "[2001:db8::5]" };

    [Theory]
    [InlineData("games.example.org")]
    [InlineData("GAMES.example.org:8443")]
    [InlineData("games.example.org.")]
    [InlineData("localhost:8090")]
    [InlineData("127.0.0.1:8090")]
    [InlineData("[::1]:8090")]
    [InlineData("192.168.1.7:8090")]
    [InlineData("[2001:db8::5]")]
    public void Names_of_its_own_are_answered(string host) => Assert.True(HostGate.IsAllowed(new HostString(host), Names, IPAddress.Parse("::ffff:192.168.1.7")));

    [Theory]
    [InlineData("")]
    [InlineData("evil.example")]
    [InlineData("games.example.org.evil.example")]
    [InlineData("xgames.example.org")]
    [InlineData("localhost.evil.example")]
    [InlineData("192.168.1.8")]
    [InlineData("192.168.1.7.evil.example")]
    [InlineData("3232235783")]
    [InlineData("0x7f.1")]
    [InlineData("2130706433")]
    [InlineData("0.0.0.0")]
    [InlineData("[::]")]
    [InlineData("games.example.org@evil.example")]
    public void Any_other_is_not(string host) => Assert.False(HostGate.IsAllowed(new HostString(host), Names, IPAddress.Parse("192.168.1.7")));
}
