using Microsoft.AspNetCore.Http;
using Rig.Hosting.Http;

namespace Rig.Tests.Hosting;

public class OriginGateTests
{
    private static readonly HashSet<string> Own = new(StringComparer.OrdinalIgnoreCase) { "https://games.example.org" };

    [Theory]
    [InlineData("POST", null, null, true)]
    [InlineData("POST", "http://viewer:8090", "same-origin", true)]
    [InlineData("POST", "https://games.example.org", null, true)]
    [InlineData("POST", "HTTP://VIEWER:8090", null, true)]
    [InlineData("POST", null, "none", true)]
    [InlineData("GET", "https://evil.example", "cross-site", true)]
    [InlineData("HEAD", null, "cross-site", true)]
    [InlineData("POST", "https://evil.example", null, false)]
    [InlineData("POST", "null", null, false)]
    [InlineData("POST", "http://viewer", null, false)]
    [InlineData("POST", "https://viewer:8090", null, false)]
    [InlineData("POST", "http://viewer:8090.evil.example", null, false)]
    [InlineData("POST", null, "cross-site", false)]
    [InlineData("POST", null, "same-site", false)]
    [InlineData("POST", "http://viewer:8090", "cross-site", false)]
    [InlineData("POST", "", null, false)]
    [InlineData("PATCH", "https://evil.example", null, false)]
    [InlineData("DELETE", null, "cross-site", false)]
    [InlineData("MADE-UP", "https://evil.example", null, false)]
    public void What_changes_something_comes_from_this_site_or_from_a_program(string method, string? origin, string? site, bool allowed)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Scheme, request.Host) = (method, "http", new HostString("viewer:8090"));
        if (origin is not null)
        {
            request.Headers.Origin = origin;
        }

        if (site is not null)
        {
            request.Headers["Sec-Fetch-Site"] = site;
        }

        Assert.Equal(allowed, OriginGate.IsAllowed(request, Own));
    }

    [Fact]
    public void Two_origins_are_none()
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Scheme, request.Host) = ("POST", "http", new HostString("viewer:8090"));
        request.Headers.Origin = new(["http://viewer:8090", "https://evil.example"]);
        Assert.False(OriginGate.IsAllowed(request, Own));
    }
}
