using System.Net;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rig.Hosting.Access;
using Rig.Hosting.Trust;
using Rig.Tests.NodeApi;

namespace Rig.Tests.NodeAccess;

/// <summary>Walks every route that a camera node has, as every kind of caller and with everything that a hostile page can forge.</summary>
public sealed class NodeRouteTests : IAsyncLifetime
{
    private NodeUnderTest node = null!;

    public static TheoryData<string> Callers { get; } = [.. NodeRouteTable.Everybody.Split(' ')];

    public async Task InitializeAsync() => node = await NodeUnderTest.StartAsync("--Rig:AccessPoint:Allowed=true", "--Rig:Offload:ServerUrl=http://127.0.0.1:1", "--Rig:Node:Names:0=left.example.org");

    public async Task DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public void Every_route_is_in_the_reviewed_table_and_every_GET_has_its_HEAD()
    {
        var routes = Routes().ToArray();
        Assert.Equal(NodeRouteTable.Rules.Select(rule => rule.Route).Order(StringComparer.Ordinal), routes.Where(route => !route.StartsWith("HEAD ", StringComparison.Ordinal)));
        Assert.All(routes.Where(route => route.StartsWith("GET ", StringComparison.Ordinal)), route => Assert.Contains("HEAD " + route[4..], routes));
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task Each_caller_gets_what_the_table_says(string caller)
    {
        using var client = Open(caller);
        foreach (var rule in NodeRouteTable.Rules)
        {
            using var answer = await SendAsync(client, rule.Route);
            var status = (int)answer.StatusCode;
            if (rule.Callers.Split(' ').Contains(caller))
            {
                Assert.True(status is not (401 or 403 or 421 or 500), $"{rule.Route} refused {caller}: {status}");
            }
            else
            {
                Assert.True(status == (caller == "nobody" ? 401 : 403), $"{rule.Route} answered {caller} {status}");
                Assert.True(rule.Route.StartsWith("HEAD ", StringComparison.Ordinal) || (await answer.Content.ReadAsStringAsync()).Contains("\"success\":false", StringComparison.Ordinal), rule.Route);
            }
        }

        Assert.DoesNotContain(node.Asked, asked => asked is Rig.Domain.Messages.RecordingProtocol.StopTake);
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task HEAD_is_answered_as_GET_without_its_body(string caller)
    {
        using var client = Open(caller);
        foreach (var path in NodeRouteTable.Rules.Select(rule => rule.Route).Where(route => route.StartsWith("GET ", StringComparison.Ordinal)).Select(route => route[4..]))
        {
            using var get = await SendAsync(client, "GET " + path);
            using var head = await SendAsync(client, "HEAD " + path);
            Assert.True(get.StatusCode == head.StatusCode, $"HEAD of {path} answered {caller} {head.StatusCode}, GET {get.StatusCode}");
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
    }

    [Theory]
    [InlineData("TRACE")]
    [InlineData("OPTIONS")]
    [InlineData("PROPFIND")]
    [InlineData("MADE-UP")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task A_method_that_a_route_has_not_is_refused_in_words(string method)
    {
        var routes = Routes().ToArray();
        foreach (var caller in new[] { "nobody", "owner" })
        {
            using var client = Open(caller);
            foreach (var path in routes.Select(route => route.Split(' ')[1]).Concat(["/", "/main.js"]).Distinct().Where(path => !routes.Contains($"{method} {path}")))
            {
                // Where another route's pattern has the method, that one answers.
                if (routes.Any(route => route.StartsWith($"{method} {path[..(path.LastIndexOf('/') + 1)]}{{", StringComparison.Ordinal)))
                {
                    continue;
                }

                using var answer = await SendAsync(client, $"{method} {path}");
                Assert.True(answer.StatusCode is HttpStatusCode.MethodNotAllowed, $"{method} {path} answered {caller} {answer.StatusCode}");
                Assert.NotEmpty(answer.Content.Headers.Allow);
                Assert.DoesNotContain(method, answer.Content.Headers.Allow);
                Assert.Contains("does not answer to that method", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }

        Assert.Empty(node.Asked);
    }

    [Fact]
    public async Task What_is_not_there_is_said_in_words()
    {
        using var client = Open("nobody");
        foreach (var (path, sentence) in new[] { ("/api/v1/nothing", "There is no GET /api/v1/nothing."), ("/nothing.html", "There is nothing at /nothing.html.") })
        {
            using var answer = await SendAsync(client, "GET " + path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains(sentence, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("owner")]
    [InlineData("server")]
    public async Task Under_a_false_name_nothing_is_answered(string caller)
    {
        using var client = Open(caller);
        foreach (var route in Routes().Concat(["GET /", "GET /main.js", "GET /nothing"]))
        {
            using var answer = await SendAsync(client, route, request => request.Headers.Host = "evil.example");
            Assert.True(answer.StatusCode == HttpStatusCode.MisdirectedRequest, $"{route} answered {answer.StatusCode}");
            Assert.Null(answer.Headers.Location);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        }

        Assert.Empty(node.Asked);
    }

    [Fact]
    public async Task Its_own_names_are_answered()
    {
        using var client = Open("nobody");
        foreach (var name in new[] { "localhost", Dns.GetHostName(), $"{Dns.GetHostName()}.local", "LEFT.example.org", $"127.0.0.1:{node.Http.BaseAddress!.Port}" })
        {
            using var answer = await SendAsync(client, "GET /api/v1/health", request => request.Headers.Host = name);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{name} was answered {answer.StatusCode}");
        }
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Another_sites_page_changes_nothing(string header, string value)
    {
        foreach (var caller in new[] { "nobody", "operator", "owner", "server" })
        {
            using var client = Open(caller);
            foreach (var route in Routes().Where(route => !route.StartsWith("GET ", StringComparison.Ordinal) && !route.StartsWith("HEAD ", StringComparison.Ordinal)))
            {
                using var answer = await SendAsync(client, route, request => request.Headers.Add(header, value));
                Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{route} answered {caller} {answer.StatusCode}");
                Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
            }
        }

        Assert.Empty(node.Asked);
    }

    [Fact]
    public async Task Every_answer_has_the_headers_that_keep_a_page_to_itself()
    {
        using var client = Open("nobody");
        foreach (var path in new[] { "/", "/main.js", "/api/v1/health", "/api/v1/status", "/nothing" })
        {
            using var answer = await client.GetAsync(path);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("http:", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task A_machine_without_a_certificate_is_nobody_unless_that_is_allowed()
    {
        await using var strict = await NodeUnderTest.StartAsync("--Rig:Trust:AllowPlainMachines=false");
        foreach (var role in new[] { Roles.Node, Roles.Server, Roles.Owner, Roles.Operator })
        {
            using var client = new HttpClient { BaseAddress = strict.Http.BaseAddress, DefaultRequestHeaders = { { MachineHttp.PlainMachineHeader, role } } };
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/status")).StatusCode);
            using var lenient = new HttpClient { BaseAddress = node.Http.BaseAddress, DefaultRequestHeaders = { { MachineHttp.PlainMachineHeader, role } } };
            Assert.Equal(role is Roles.Node or Roles.Server ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, (await lenient.GetAsync("/api/v1/status")).StatusCode);
        }
    }

    private HttpClient Open(string caller)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false }) { BaseAddress = node.Http.BaseAddress };
        switch (caller)
        {
            case "operator" or "owner":
                client.DefaultRequestHeaders.Add("Cookie", node.CookieOf(caller));
                break;
            case "node" or "server":
                client.DefaultRequestHeaders.Add(MachineHttp.PlainMachineHeader, caller);
                break;
        }

        return client;
    }

    /// <summary>With a body that is no object, so that what is allowed is refused as wrong before it does anything.</summary>
    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string route, Action<HttpRequestMessage>? change = null)
    {
        var method = route.Split(' ')[0];
        var path = route.Split(' ')[1].Replace("{**path}", "nothing/here", StringComparison.Ordinal).Replace("{id}", "nothing", StringComparison.Ordinal).Replace("{camera}", "CAM_X", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
        {
            request.Content = new StringContent("[1]", Encoding.UTF8, "application/json");
        }

        change?.Invoke(request);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private IEnumerable<string> Routes() => node.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Select(method => $"{method} /{endpoint.RoutePattern.RawText!.Trim('/')}"))
        .Order(StringComparer.Ordinal);
}
