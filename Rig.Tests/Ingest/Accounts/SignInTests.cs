using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rig.Hosting.Access;
using Rig.Hosting.Accounts;
using Rig.Ingest.Accounts;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest.Accounts;

/// <summary>How people of the family come in, and how they go.</summary>
[Collection(PostgresTests.Name)]
public sealed class SignInTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly TempFolder folder = new("rig-sign-in");
    private string database = "";
    private IngestServer server = null!;

    public async Task InitializeAsync()
    {
        database = await postgres.NewDatabaseAsync();
        server = await IngestServer.StartAsync(
            folder,
            database,
            builder =>
            {
                ScriptedStages.Register(builder);
                builder.Services.AddSingleton<IStartupFilter, RemoteAddress>();
            },
            "--Rig:Security:SignInsPerMinute=1000");
        await IngestPeople.AccountAsync(server.Services, IngestPeople.Member, Roles.Member);
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("Ann", "owner")]
    [InlineData(" ANN ", "owner")]
    [InlineData("ben", "member")]
    public async Task The_right_password_opens_the_server(string name, string role)
    {
        using var browser = IngestPeople.Browser(server.Address, out var cookies);
        using var before = await browser.GetAsync("/api/v1/sessions");
        Assert.Equal(HttpStatusCode.Unauthorized, before.StatusCode);

        var (status, me) = await SignInAsync(browser, name, IngestPeople.Password);
        Assert.Equal((200, role), (status, (string?)me["role"]));
        Assert.Equal(role, (string?)(await browser.GetFromJsonAsync<JsonObject>("/api/v1/me"))!["role"]);
        using var after = await browser.GetAsync("/api/v1/sessions");
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.Equal(2, cookies.GetAllCookies().Count);
        Assert.All(cookies.GetAllCookies(), cookie => Assert.True(cookie.HttpOnly));
    }

    [Fact]
    public async Task The_cookies_are_for_this_sites_own_pages_and_no_script()
    {
        using var browser = server.Anonymous();
        using var answer = await browser.PostAsJsonAsync("/api/v1/sign-in", new { name = "Ann", password = IngestPeople.Password, stay_signed_in = true });
        var cookies = answer.Headers.GetValues("Set-Cookie").ToList();
        Assert.Equal(2, cookies.Count);
        Assert.All(cookies, cookie =>
        {
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("max-age=", cookie, StringComparison.OrdinalIgnoreCase);
        });

        using var once = await browser.PostAsJsonAsync("/api/v1/sign-in", new { name = "Ann", password = IngestPeople.Password });
        Assert.DoesNotContain("max-age", once.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("rig_ingest=", StringComparison.Ordinal)), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_name_are_answered_alike()
    {
        using var browser = server.Anonymous();
        var wrong = await SignInAsync(browser, "Ann", "wrong password!");
        var unknown = await SignInAsync(browser, "Nobody", "wrong password!");
        Assert.Equal(401, wrong.Status);
        Assert.Equal(wrong.Status, unknown.Status);
        Assert.Equal(wrong.Body.ToJsonString(), unknown.Body.ToJsonString());
    }

    [Theory]
    [InlineData("Ann")]
    [InlineData("nobody at all")]
    public async Task After_five_wrong_tries_whoever_made_them_waits_and_nobody_else(string name)
    {
        using var stranger = From("198.51.100.1");
        for (var i = 0; i < SignInThrottle.FreeTries; i++)
        {
            Assert.Equal(401, (await SignInAsync(stranger, name, "wrong password!")).Status);
        }

        // The right one too, so that waiting tells nothing.
        var (status, body) = await SignInAsync(stranger, name, IngestPeople.Password);
        Assert.Equal(429, status);
        Assert.Contains("Wait a minute", (string)body["error"]!, StringComparison.Ordinal);
        using var elsewhere = From("198.51.100.2");
        Assert.Equal(name == "Ann" ? 200 : 401, (await SignInAsync(elsewhere, name, IngestPeople.Password)).Status);
    }

    [Fact]
    public async Task A_browser_that_signed_in_before_does_not_wait_for_wrong_tries_of_others_in_its_network()
    {
        using var phone = IngestPeople.Browser(server.Address, out _);
        phone.DefaultRequestHeaders.Add(RemoteAddress.Header, "198.51.100.3");
        Assert.Equal(200, (await SignInAsync(phone, "Ann", IngestPeople.Password)).Status);
        using var child = From("198.51.100.3");
        for (var i = 0; i <= SignInThrottle.FreeTries; i++)
        {
            await SignInAsync(child, "Ann", "wrong password!");
        }

        Assert.Equal(429, (await SignInAsync(child, "Ann", IngestPeople.Password)).Status);
        Assert.Equal(200, (await SignInAsync(phone, "Ann", IngestPeople.Password)).Status);
    }

    [Fact]
    public async Task One_network_has_so_many_tries_a_minute()
    {
        using var other = new TempFolder("rig-sign-in-limit");
        await using var strict = await IngestServer.StartAsync(other, await postgres.NewDatabaseAsync(), builder =>
        {
            ScriptedStages.Register(builder);
            builder.Services.AddSingleton<IStartupFilter, RemoteAddress>();
        }, "--Rig:Security:SignInsPerMinute=3");
        using var client = strict.Anonymous();
        for (var i = 0; i < 6; i++)
        {
            // Every name is another; every address is of one IPv6 network.
            client.DefaultRequestHeaders.Remove(RemoteAddress.Header);
            client.DefaultRequestHeaders.Add(RemoteAddress.Header, $"2001:db8::{i + 1}");
            Assert.Equal(i < 3 ? 401 : 429, (await SignInAsync(client, $"name {i}", "wrong password!")).Status);
        }

        client.DefaultRequestHeaders.Remove(RemoteAddress.Header);
        client.DefaultRequestHeaders.Add(RemoteAddress.Header, "2001:db8:1::1");
        Assert.Equal(401, (await SignInAsync(client, "name", "wrong password!")).Status);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_for_a_copy_of_the_cookie_too()
    {
        var (cookie, other) = (await IngestPeople.CookieAsync(server.Services), await IngestPeople.CookieAsync(server.Services));
        using var phone = IngestPeople.Client(server.Address, cookie);
        using var copy = IngestPeople.Client(server.Address, cookie);
        using var desktop = IngestPeople.Client(server.Address, other);
        Assert.Equal(200, await StatusAsync(copy));

        using var signedOut = await phone.PostAsync("/api/v1/sign-out", content: null);
        Assert.Equal(HttpStatusCode.NoContent, signedOut.StatusCode);
        Assert.Equal((401, 401, 200), (await StatusAsync(phone), await StatusAsync(copy), await StatusAsync(desktop)));
    }

    [Fact]
    public async Task Signing_out_everywhere_ends_every_session_of_the_person_and_of_no_other()
    {
        using var phone = IngestPeople.Client(server.Address, await IngestPeople.CookieAsync(server.Services));
        using var desktop = IngestPeople.Client(server.Address, await IngestPeople.CookieAsync(server.Services));
        using var ben = IngestPeople.Client(server.Address, await IngestPeople.CookieAsync(server.Services, IngestPeople.Member, Roles.Member));
        using var answer = await phone.PostAsync("/api/v1/sign-out/everywhere", content: null);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal((401, 401, 200), (await StatusAsync(phone), await StatusAsync(desktop), await StatusAsync(ben)));
    }

    [Fact]
    public async Task Signing_in_ends_the_session_that_the_browser_came_with()
    {
        var planted = await IngestPeople.CookieAsync(server.Services, IngestPeople.Member, Roles.Member);
        using var browser = server.Anonymous();
        browser.DefaultRequestHeaders.Add("Cookie", planted);
        Assert.Equal(200, (await SignInAsync(browser, "Ann", IngestPeople.Password)).Status);
        using var stranger = IngestPeople.Client(server.Address, planted);
        Assert.Equal(401, await StatusAsync(stranger));
    }

    [Fact]
    public async Task A_stream_of_states_ends_with_its_session()
    {
        var cookie = await IngestPeople.CookieAsync(server.Services);
        using var phone = IngestPeople.Client(server.Address, cookie);
        using var stream = await phone.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        Assert.Equal("retry: 2000", await reader.ReadLineAsync());
        await server.Services.GetRequiredService<AccountSessions>().EndAsync(cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..], CancellationToken.None);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await reader.ReadLineAsync(limit.Token) is not null)
        {
        }

        using var again = await phone.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
    }

    [Fact]
    public async Task A_change_of_role_holds_at_once_and_a_new_password_or_removal_ends_the_sessions()
    {
        var accounts = server.Services.GetRequiredService<AccountTable>();
        Assert.True(AccountName.TryParse(IngestPeople.Member, out var ben));
        using var phone = IngestPeople.Client(server.Address, await IngestPeople.CookieAsync(server.Services, IngestPeople.Member, Roles.Member));
        Assert.Equal(403, await PauseAsync(phone));
        await accounts.SetRoleAsync(ben, Roles.Owner, CancellationToken.None);
        Assert.Equal(200, await PauseAsync(phone));
        await accounts.SetPasswordAsync(ben, "hash", CancellationToken.None);
        Assert.Equal(401, await StatusAsync(phone));

        using var again = IngestPeople.Client(server.Address, await IngestPeople.CookieAsync(server.Services, IngestPeople.Member, Roles.Owner));
        Assert.Equal(200, await StatusAsync(again));
        await accounts.RemoveAsync(ben, CancellationToken.None);
        Assert.Equal(401, await StatusAsync(again));
    }

    [Fact]
    public async Task Nothing_that_the_database_keeps_opens_a_session()
    {
        using var browser = IngestPeople.Browser(server.Address, out var cookies);
        await SignInAsync(browser, "Ann", IngestPeople.Password);
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            "SELECT string_agg(line, ' ') FROM (SELECT a::text AS line FROM ingest.accounts a UNION ALL SELECT s::text FROM ingest.account_sessions s UNION ALL SELECT d::text FROM ingest.account_devices d) kept");
        var kept = (string)(await command.ExecuteScalarAsync())!;
        Assert.DoesNotContain(IngestPeople.Password, kept, StringComparison.Ordinal);
        Assert.All(cookies.GetAllCookies(), cookie => Assert.DoesNotContain(cookie.Value, kept, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_without_an_account_lets_nobody_in_and_says_so()
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("DELETE FROM ingest.accounts");
        await command.ExecuteNonQueryAsync();
        using var nobody = server.Anonymous();
        Assert.Equal("{\"has_accounts\":false}", await nobody.GetStringAsync("/api/v1/sign-in"));
        Assert.Equal(401, (await SignInAsync(nobody, "Ann", IngestPeople.Password)).Status);
        Assert.Equal(401, await StatusAsync(server.Http));
    }

    [Theory]
    [InlineData("{\"name\":1,\"password\":\"x\"}", 400)]
    [InlineData("{\"name\":\"\\ud800\",\"password\":\"x\"}", 400)]
    [InlineData("{\"name\":\"a\\u0000b\",\"password\":\"x\"}", 401)]
    [InlineData("{\"name\":\"Ann\"}", 401)]
    [InlineData("{}", 401)]
    [InlineData("[]", 400)]
    [InlineData("{", 400)]
    public async Task Whatever_is_sent_instead_of_a_name_and_password_is_refused(string body, int expected)
    {
        using var browser = server.Anonymous();
        using var answer = await browser.PostAsync("/api/v1/sign-in", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(expected, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("rig_ingest=")]
    [InlineData("rig_ingest=%00%ff%ed%a0%80; rig_ingest_device=%00")]
    [InlineData("rig_ingest=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public async Task A_made_up_cookie_is_nobodys(string cookie)
    {
        using var browser = server.Anonymous();
        browser.DefaultRequestHeaders.TryAddWithoutValidation("Cookie", cookie);
        Assert.Equal(401, await StatusAsync(browser));
    }

    private static async Task<(int Status, JsonObject Body)> SignInAsync(HttpClient client, string name, string password)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/sign-in", new { name, password });
        var reply = await Reply.ReadAsync(answer);
        return (reply.Status, reply.Body);
    }

    private static async Task<int> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/api/v1/sessions");
        return (int)answer.StatusCode;
    }

    private static async Task<int> PauseAsync(HttpClient client)
    {
        using var answer = await client.PostAsync("/api/v1/offload/pause", content: null);
        return (int)answer.StatusCode;
    }

    private HttpClient From(string address)
    {
        var client = server.Anonymous();
        client.DefaultRequestHeaders.Add(RemoteAddress.Header, address);
        return client;
    }
}
