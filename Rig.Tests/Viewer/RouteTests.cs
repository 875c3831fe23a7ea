using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rig.Domain.Publishing;
using Rig.Tests.Support;

namespace Rig.Tests.Viewer;

/// <summary>Walks every route that the viewer has, as every kind of caller and with everything that a hostile page can forge.</summary>
[Collection(PostgresTests.Name)]
public sealed class RouteTests(ViewerServer server) : IClassFixture<ViewerServer>
{
    /// <summary>Posted by mail programs (RFC 8058), which have no form; the address has a token that nobody can guess.</summary>
    private const string OneClick = "POST /unsubscribe";

    private static readonly PublishedGame Game = PublishedGame.Make("ROUTE_GAME");

    public static TheoryData<string> Callers { get; } = [.. Enum.GetNames<Caller>()];

    private enum Caller
    {
        Nobody,
        Coach,
        Follower,
        ChildsParent,
        OtherCoach,
        Newcomer,
        Admin,
        Key,
    }

    [Fact]
    public async Task Every_route_is_in_the_reviewed_table()
    {
        var routes = await RoutesAsync();
        Assert.Equal(RouteTable.Rules.Select(rule => rule.Route).Order(StringComparer.Ordinal), routes.Where(route => !route.StartsWith("HEAD ", StringComparison.Ordinal)));
        Assert.All(routes.Where(route => route.StartsWith("GET ", StringComparison.Ordinal)), route => Assert.Contains("HEAD " + route[4..], routes));
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task Each_caller_gets_what_the_table_says_and_HEAD_as_GET(string caller)
    {
        var who = Enum.Parse<Caller>(caller);
        var gameId = await GameAsync();
        var client = await OpenAsync(who);
        foreach (var rule in RouteTable.Rules)
        {
            var expected = Expected(rule, who);
            using var answer = await SendAsync(client, rule.Route, gameId, withToken: true);
            Assert.True(expected == (int)answer.StatusCode, $"{rule.Route} answered {caller} {(int)answer.StatusCode}, not {expected}");
            if (rule.Route.StartsWith("GET ", StringComparison.Ordinal))
            {
                using var head = await SendAsync(client, "HEAD " + rule.Route[4..], gameId);
                Assert.True(expected == (int)head.StatusCode, $"HEAD of {rule.Route} answered {caller} {(int)head.StatusCode}, not {expected}");
                Assert.Empty(await head.Content.ReadAsByteArrayAsync());
            }
            else if (EndsSessions(rule.Route))
            {
                client.Dispose();
                client = await OpenAsync(who);
            }
        }

        client.Dispose();
    }

    [Theory]
    [InlineData(nameof(Caller.Nobody))]
    [InlineData(nameof(Caller.Admin))]
    [InlineData(nameof(Caller.Key))]
    public async Task Under_a_false_name_nothing_is_answered(string caller)
    {
        using var client = await OpenAsync(Enum.Parse<Caller>(caller));
        var gameId = await GameAsync();
        foreach (var route in (await RoutesAsync()).Concat(["GET /css/site.css", "GET /nothing"]))
        {
            using var answer = await SendAsync(client, route, gameId, change: request => request.Headers.Host = "evil.example");
            Assert.True(answer.StatusCode == HttpStatusCode.MisdirectedRequest, $"{route} answered {answer.StatusCode}");
            Assert.Null(answer.Headers.Location);
            Assert.False(answer.Headers.Contains("Set-Cookie"));

            // As a page does that reached the program by DNS rebinding: it may send any header to what is its own origin.
            using var forwarded = await SendAsync(client, route, gameId, change: request =>
            {
                request.Headers.Host = "evil.example";
                request.Headers.Add("X-Forwarded-Host", "localhost");
            });
            Assert.Equal(HttpStatusCode.MisdirectedRequest, forwarded.StatusCode);
            using var proxied = await SendAsync(client, route, gameId, change: request => request.Headers.Add("X-Forwarded-Host", "evil.example"));
            Assert.Equal(HttpStatusCode.MisdirectedRequest, proxied.StatusCode);
        }
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Another_sites_page_changes_nothing(string header, string value)
    {
        var gameId = await GameAsync();
        foreach (var who in new[] { Caller.Nobody, Caller.Coach, Caller.Admin, Caller.Key })
        {
            using var client = await OpenAsync(who);
            foreach (var route in (await RoutesAsync()).Where(Changes))
            {
                using var answer = await SendAsync(client, route, gameId, withToken: true, request => request.Headers.Add(header, value));
                Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{route} answered {who} {answer.StatusCode}");
            }

            using var me = await client.GetAsync("/api/v1/me");
            Assert.Equal(who is Caller.Coach or Caller.Admin ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, me.StatusCode);
        }
    }

    [Fact]
    public async Task A_form_without_its_token_changes_nothing()
    {
        var gameId = await GameAsync();
        using var coach = await OpenAsync(Caller.Coach);
        using var nobody = await OpenAsync(Caller.Nobody);
        foreach (var route in (await RoutesAsync()).Where(route => Changes(route) && !route.Contains("/push/", StringComparison.Ordinal) && route != OneClick))
        {
            using var answer = await SendAsync(coach, route, gameId);
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{route} answered {answer.StatusCode}");
            using var own = await SendAsync(coach, route, gameId, change: request => request.Headers.Add("Origin", server.Address.GetLeftPart(UriPartial.Authority)));
            Assert.Equal(HttpStatusCode.BadRequest, own.StatusCode);
        }

        using var me = await coach.GetAsync("/api/v1/me");
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
        using var login = await SendAsync(nobody, "POST /login", gameId);
        Assert.Equal(HttpStatusCode.BadRequest, login.StatusCode);
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
        var gameId = await GameAsync();
        using var coach = await OpenAsync(Caller.Coach);
        var token = await ViewerServer.FormTokenAsync(coach, "/");
        foreach (var path in (await RoutesAsync()).Select(PathOf).Distinct())
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), Filled(path, gameId)) { Headers = { { "RequestVerificationToken", token } } };
            using var answer = await coach.SendAsync(request);
            Assert.True(answer.StatusCode is HttpStatusCode.MethodNotAllowed, $"{method} {path} answered {answer.StatusCode}");
            Assert.NotEmpty(answer.Content.Headers.Allow);
            Assert.DoesNotContain(method, answer.Content.Headers.Allow);
            Assert.Contains("does not answer to that method", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    private static bool Changes(string route) => !route.StartsWith("GET ", StringComparison.Ordinal) && !route.StartsWith("HEAD ", StringComparison.Ordinal);

    /// <summary>Signing in ends the session before, signing out this one, and the account page all of them.</summary>
    private static bool EndsSessions(string route) => PathOf(route) is "/login" or "/logout" or "/account";

    private static string PathOf(string route) => route.Split(' ')[1].Split('?')[0];

    /// <summary>Team BLUE12, its child Kim, and the newcomer: they have these numbers because <see cref="ViewerServer"/> makes them in this order.</summary>
    private static string Filled(string path, int gameId) =>
        path.Replace("{gameId:int}", $"{gameId}", StringComparison.Ordinal).Replace("{name}", "panorama.mp4", StringComparison.Ordinal)
            .Replace("{momentId:int}", "999999999", StringComparison.Ordinal).Replace("{correctionId:int}", "999999999", StringComparison.Ordinal)
            .Replace("{teamId:int}", $"{ViewerServer.TeamId}", StringComparison.Ordinal).Replace("{playerId:int}", $"{ViewerServer.ChildId}", StringComparison.Ordinal)
            .Replace("/compare", $"/compare?player_id={ViewerServer.ChildId}", StringComparison.Ordinal)
            .Replace("{personId:int}", "5", StringComparison.Ordinal);

    private static int Expected(RouteRule rule, Caller who) => who switch
    {
        Caller.Nobody => rule.Nobody,
        Caller.Coach => rule.Coach ?? rule.Member,
        Caller.Follower or Caller.ChildsParent => rule.Member,
        Caller.OtherCoach or Caller.Newcomer => rule.Stranger,
        Caller.Admin => rule.Admin,
        _ => rule.Key,
    };

    private async Task<int> GameAsync()
    {
        using var ingest = server.IngestServer();
        return await ingest.PublishAsync(Game);
    }

    private async Task<HttpClient> OpenAsync(Caller who) => who switch
    {
        Caller.Nobody => server.Anonymous(),
        Caller.Key => server.IngestServer(),
        Caller.Coach => await server.SignInAsync(ViewerServer.Coach),
        Caller.Follower => await server.SignInAsync(ViewerServer.Follower),
        Caller.ChildsParent => await server.SignInAsync(ViewerServer.ChildsParent),
        Caller.OtherCoach => await server.SignInAsync(ViewerServer.OtherCoach),
        Caller.Newcomer => await server.SignInAsync(ViewerServer.Newcomer),
        _ => await server.SignInAsync(ViewerServer.Admin),
    };

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string route, int gameId, bool withToken = false, Action<HttpRequestMessage>? change = null)
    {
        var method = route.Split(' ')[0];
        using var request = new HttpRequestMessage(new HttpMethod(method), Filled(route.Split(' ')[1], gameId));
        request.Content = (method, route) switch
        {
            ("POST", _) when route.EndsWith("/push/games/", StringComparison.Ordinal) => JsonContent.Create(Game.Publication, PublicationJson.Default.GamePublication),
            ("PATCH", _) => new ByteArrayContent([1]),
            _ when route.EndsWith("/query", StringComparison.Ordinal) => JsonContent.Create(new { query = "goals" }),
            _ when route.Contains("/schedule?", StringComparison.Ordinal) => new FormUrlEncodedContent([new("gameId", $"{gameId}"), new("teamId", $"{ViewerServer.TeamId}")]),
            _ when Changes(route) && route.Contains("/api/", StringComparison.Ordinal) => JsonContent.Create(new { event_type = "tackle", timestamp_seconds = 1 }),
            _ when Changes(route) => new FormUrlEncodedContent([new("Input.Email", "nobody@example.org"), new("Input.Password", "wrong password!")]),
            _ => null,
        };
        if (method == "PATCH")
        {
            request.Headers.Add("Upload-Offset", "0");
        }

        if (withToken && Changes(route))
        {
            // As any page has it: the sign-in page for those who are not signed in.
            using var home = await client.GetAsync("/");
            request.Headers.Add("RequestVerificationToken", await ViewerServer.FormTokenAsync(client, home.IsSuccessStatusCode ? "/" : "/login"));
        }

        change?.Invoke(request);
        return await client.SendAsync(request);
    }

    /// <returns>Method and pattern of every endpoint; pages by their handlers.</returns>
    private async Task<IReadOnlyList<string>> RoutesAsync()
    {
        List<string> routes = [];
        foreach (var endpoint in server.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>())
        {
            var pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
            if (endpoint.Metadata.GetMetadata<PageActionDescriptor>() is { } page)
            {
                var compiled = await server.Services.GetRequiredService<PageLoader>().LoadAsync(page, endpoint.Metadata);
                routes.AddRange(compiled.HandlerMethods.Select(handler => $"{handler.HttpMethod.ToUpperInvariant()} {pattern}{(handler.Name is null ? "" : "?handler=" + handler.Name)}"));
                // Razor Pages answer HEAD by their GET handlers.
                routes.AddRange(compiled.HandlerMethods.Where(handler => handler.HttpMethod == "Get").Select(_ => $"HEAD {pattern}"));
            }
            else
            {
                routes.AddRange(endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Select(method => $"{method} {pattern}"));
            }
        }

        return [.. routes.Order(StringComparer.Ordinal)];
    }
}
