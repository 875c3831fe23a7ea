using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rig.Hosting.Access;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest;

/// <summary>Walks every route that the home server has, as every kind of caller and with everything that a hostile page can forge.</summary>
[Collection(PostgresTests.Name)]
public sealed class RouteTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Session = "ROUTE_GAME";
    private const string NodeHeader = "X-Test-Node";

    private static readonly (string Key, string Sha256) ApiKey = ApiKeys.New();

    private readonly TempFolder folder = new("rig-ingest-routes");
    private IngestServer server = null!;

    public static TheoryData<string> Callers { get; } = [.. Enum.GetNames<CallerKind>()];

    private enum CallerKind
    {
        Nobody,
        Member,
        Owner,
        Uploader,
        Node,
    }

    public async Task InitializeAsync()
    {
        server = await IngestServer.StartAsync(
            folder,
            await postgres.NewDatabaseAsync(),
            builder =>
            {
                ScriptedStages.Register(builder);
                builder.Services.AddSingleton<Microsoft.AspNetCore.Hosting.IStartupFilter, RemoteAddress>();
                builder.Services.AddSingleton<ICallerReader, NodeByHeader>();
            },
            "--Rig:Security:ApiKeySha256:0=" + ApiKey.Sha256,
            "--Rig:Security:SignInsPerMinute=1000",
            "--Rig:Pipeline:Workers=0");
        using var camera = Open("X-Api-Key", ApiKey.Key);
        using var upload = await camera.PostAsync("/api/v1/upload", SampleTake.Form(SampleTake.Mp4(), Session));
        Assert.Equal(HttpStatusCode.OK, upload.StatusCode);
        ScriptedStages.WriteResults(folder.File("sessions", Session));
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public void Every_route_is_in_the_reviewed_table()
    {
        var routes = Routes();
        Assert.Equal(RouteTable.Rules.Select(rule => rule.Route).Order(StringComparer.Ordinal), routes.Where(route => !route.StartsWith("HEAD ", StringComparison.Ordinal)));
        Assert.All(routes.Where(route => route.StartsWith("GET ", StringComparison.Ordinal)), route => Assert.Contains("HEAD " + route[4..], routes));
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task Each_caller_gets_what_the_table_says_and_HEAD_as_GET(string caller)
    {
        var who = Enum.Parse<CallerKind>(caller);
        var wrong = new List<string>();
        foreach (var rule in RouteTable.Rules)
        {
            using var client = await OpenAsync(who);
            var expected = Expected(rule, who);
            using var answer = await SendAsync(client, rule.Route);
            Compare(rule.Route, (int)answer.StatusCode);
            if (rule.Route.StartsWith("GET ", StringComparison.Ordinal))
            {
                using var head = await SendAsync(client, "HEAD " + rule.Route[4..]);
                Compare("HEAD of " + rule.Route, (int)head.StatusCode);
                Assert.Empty(await head.Content.ReadAsByteArrayAsync());
            }

            void Compare(string route, int status)
            {
                if (status != expected)
                {
                    wrong.Add($"{route} answered {caller} {status}, not {expected}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task Under_a_false_name_nothing_is_answered(string caller)
    {
        using var client = await OpenAsync(Enum.Parse<CallerKind>(caller));
        foreach (var route in Routes().Concat(["GET /", "GET /app.js", "GET /nothing"]))
        {
            foreach (var host in new[] { "evil.example", "rig.evil.example", "1", "0x7f.1" })
            {
                using var answer = await SendAsync(client, route, request => request.Headers.Host = host);
                Assert.True(answer.StatusCode == HttpStatusCode.MisdirectedRequest, $"{route} answered {answer.StatusCode} to {host}");
                Assert.Null(answer.Headers.Location);
                Assert.False(answer.Headers.Contains("Set-Cookie"));
            }

            // No proxy is believed, so none can be forged.
            using var forwarded = await SendAsync(client, route, request =>
            {
                request.Headers.Host = "evil.example";
                request.Headers.Add("X-Forwarded-Host", "localhost");
            });
            Assert.Equal(HttpStatusCode.MisdirectedRequest, forwarded.StatusCode);
        }
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Another_sites_page_changes_nothing(string header, string value)
    {
        foreach (var who in Enum.GetValues<CallerKind>())
        {
            using var client = await OpenAsync(who);
            foreach (var route in Routes().Where(Changes))
            {
                using var answer = await SendAsync(client, route, request => request.Headers.Add(header, value));
                Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{route} answered {who} {answer.StatusCode}");
            }

            using var me = await client.GetAsync("/api/v1/me");
            Assert.Equal(who is CallerKind.Owner or CallerKind.Member ? HttpStatusCode.OK : who is CallerKind.Nobody ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden, me.StatusCode);
        }
    }

    [Fact]
    public async Task A_form_changes_nothing_by_a_persons_cookie()
    {
        using var owner = await OpenAsync(CallerKind.Owner);
        foreach (var rule in RouteTable.Rules.Where(rule => Changes(rule.Route) && rule is { Nobody: StatusCodes.Status401Unauthorized, Owner: not StatusCodes.Status403Forbidden }))
        {
            foreach (var type in new[] { "application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x" })
            {
                using var answer = await SendAsync(owner, rule.Route, request => request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(type));
                Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{rule.Route} answered {answer.StatusCode} to {type}");
            }
        }

        using var me = await owner.GetAsync("/api/v1/me");
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
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
        var routes = Routes();
        foreach (var who in new[] { CallerKind.Nobody, CallerKind.Owner })
        {
            using var client = await OpenAsync(who);
            foreach (var path in routes.Select(route => route.Split(' ')[1]).Concat(["/", "/app.js"]).Distinct().Where(path => !routes.Contains($"{method} {path}")))
            {
                // Where another route's pattern has the method, that one answers.
                if (path.StartsWith("/api/v1/upload/", StringComparison.Ordinal) && routes.Contains($"{method} /api/v1/upload/{{id}}"))
                {
                    continue;
                }

                using var answer = await SendAsync(client, $"{method} {path}");
                Assert.True(answer.StatusCode is HttpStatusCode.MethodNotAllowed, $"{method} {path} answered {answer.StatusCode}");
                Assert.NotEmpty(answer.Content.Headers.Allow);
                Assert.DoesNotContain(method, answer.Content.Headers.Allow);
                Assert.Contains("does not answer to that method", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Figures_are_for_this_machine_and_for_owners()
    {
        foreach (var who in Enum.GetValues<CallerKind>())
        {
            using var client = await OpenAsync(who);
            client.DefaultRequestHeaders.Add(RemoteAddress.Header, "192.168.1.7");
            using var answer = await client.GetAsync("/metrics");
            Assert.Equal(who is CallerKind.Owner ? HttpStatusCode.OK : HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Every_answer_keeps_a_page_from_running_or_showing_what_is_not_its_own()
    {
        using var owner = await OpenAsync(CallerKind.Owner);
        foreach (var path in new[] { "/api/v1/me", "/nothing", $"/api/v1/sessions/{Session}/files/panorama.mp4", "/api/v1/upload" })
        {
            using var answer = await owner.GetAsync(path);
            Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.True(answer.Headers.CacheControl is { NoStore: true } or { Private: true }, path);
        }
    }

    private static bool Changes(string route) => !route.StartsWith("GET ", StringComparison.Ordinal) && !route.StartsWith("HEAD ", StringComparison.Ordinal) && !route.StartsWith("OPTIONS ", StringComparison.Ordinal);

    private static int Expected(RouteRule rule, CallerKind who) => who switch
    {
        CallerKind.Nobody => rule.Nobody,
        CallerKind.Member => rule.Member,
        CallerKind.Owner => rule.Owner,
        CallerKind.Uploader => rule.Uploader,
        _ => rule.Node,
    };

    private static string Filled(string method, string path)
    {
        var isThere = method is "GET" or "HEAD" || path.EndsWith("/manifest", StringComparison.Ordinal);
        return path.Replace("/upload/{id}", "/upload/0123456789abcdef0123456789abcdef", StringComparison.Ordinal)
            .Replace("{id}", isThere ? Session : "NOT_HERE", StringComparison.Ordinal)
            .Replace("{name}", "panorama.mp4", StringComparison.Ordinal);
    }

    private async Task<HttpClient> OpenAsync(CallerKind who) => who switch
    {
        CallerKind.Nobody => server.Anonymous(),
        CallerKind.Member => Open("Cookie", await IngestPeople.CookieAsync(server.Services, IngestPeople.Member, Roles.Member)),
        CallerKind.Owner => Open("Cookie", await IngestPeople.CookieAsync(server.Services)),
        CallerKind.Uploader => Open("Authorization", "Bearer " + ApiKey.Key),
        _ => Open(NodeHeader, "CAM_L"),
    };

    private HttpClient Open(string header, string value)
    {
        var client = server.Anonymous();
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);
        return client;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string route, Action<HttpRequestMessage>? change = null)
    {
        var (method, path) = (route.Split(' ')[0], route.Split(' ')[1]);
        using var request = new HttpRequestMessage(new HttpMethod(method), Filled(method, path));
        if (Changes(route) && method is not ("TRACE" or "PROPFIND" or "MADE-UP"))
        {
            var body = path == "/api/v1/sign-in" ? "{\"name\":\"nobody\",\"password\":\"wrong password!\"}" : "{}";
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        change?.Invoke(request);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <returns>Method and pattern of every endpoint.</returns>
    private IReadOnlyList<string> Routes()
    {
        var endpoints = server.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).ToList();

        // Access control lets through what is no route: there must be nothing else.
        Assert.All(endpoints, endpoint => Assert.IsType<RouteEndpoint>(endpoint));
        return [.. endpoints.Cast<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Select(method => $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/')}"))
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>Stands for the reader of machines' certificates, which has tests of its own.</summary>
    private sealed class NodeByHeader : ICallerReader
    {
        public ValueTask<Caller?> ReadAsync(HttpContext context) => new(context.Request.Headers[NodeHeader] is [{ } camera] ? new Caller(camera, Roles.Node) : null);
    }
}
