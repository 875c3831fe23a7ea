using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Rig.Rehearsal.Demo;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest.Accounts;

/// <summary>What somebody in the home network gets of a real home server: no match, no work, no hold.</summary>
[Collection(PostgresTests.Name)]
public sealed class StrangerOnTheLanTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Session = "GAME_20261121_140000";

    private readonly TempFolder folder = new("rig-stranger");
    private IngestProcess server = null!;

    public async Task InitializeAsync() => server = await IngestProcess.StartAsync(folder, await postgres.NewDatabaseAsync());

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Neither_a_panorama_nor_process_nor_retry_is_for_anyone_on_the_LAN()
    {
        await server.BringAsync(Session);

        // Before there is any account, and after.
        using var stranger = server.Client();
        await AttackAsync(stranger, expected: 401);
        Assert.Contains("may sign in as owner", await server.RunAsync(["account", "add", "Ann", "--owner"], IngestPeople.Password), StringComparison.Ordinal);
        Assert.Contains("may sign in as member", await server.RunAsync(["account", "add", "Ben"], IngestPeople.Password), StringComparison.Ordinal);
        await AttackAsync(stranger, expected: 401);
        using var camera = server.Camera();
        await AttackAsync(camera, expected: 403);

        using var ben = await server.SignInAsync("Ben");
        using var panorama = await ben.GetAsync($"/api/v1/sessions/{Session}/files/panorama.mp4");
        Assert.Equal(await File.ReadAllBytesAsync(folder.File("sessions", Session, "stitched", "panorama.mp4")), await panorama.Content.ReadAsByteArrayAsync());
        Assert.Equal(403, await PostAsync(ben, "process"));
        Assert.Equal(403, await PostAsync(ben, "retry"));
        Assert.Equal(0, await server.RunsAsync());

        using var ann = await server.SignInAsync("Ann");
        ann.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        Assert.Equal(403, await PostAsync(ann, "process"));
        ann.DefaultRequestHeaders.Remove("Origin");
        Assert.Equal(202, await PostAsync(ann, "process"));
        await Eventually.HoldsAsync(async () => await server.RunsAsync() == 1);
    }

    [Fact]
    public async Task Accounts_are_handled_on_the_command_line_alone()
    {
        Assert.Contains("rig-ingest account add NAME --owner", await server.RunAsync(["account", "list"]), StringComparison.Ordinal);
        await server.RunAsync(["account", "add", "Ann", "--owner"], IngestPeople.Password);
        await server.RunAsync(["account", "add", "Ben"], IngestPeople.Password);
        using var ben = await server.SignInAsync("Ben");

        await RefusedAsync("There is an account ann already", ["account", "add", "ann"], IngestPeople.Password);
        await RefusedAsync("10 to 128 characters", ["account", "add", "Cara"], "short");
        await RefusedAsync("10 to 128 characters", ["account", "add", "Cara"], null);
        await RefusedAsync("4 different", ["account", "add", "Cara"], "aaaaaaaaaaaaa");
        await RefusedAsync("only owner", ["account", "remove", "Ann"], null);
        await RefusedAsync("only owner", ["account", "role", "Ann", "member"], null);
        await RefusedAsync("no account Dan", ["account", "password", "Dan"], IngestPeople.Password);
        await RefusedAsync("an account is handled by", ["account", "add", "Cara", IngestPeople.Password], null);
        await RefusedAsync("an account is handled by", ["account"], null);

        await server.RunAsync(["account", "role", "Ben", "owner"]);
        Assert.Equal("owner", (string?)(await ben.GetFromJsonAsync<JsonObject>("/api/v1/me"))!["role"]);
        Assert.Contains("Ben\towner\t1 signed in", await server.RunAsync(["account", "list"]), StringComparison.Ordinal);
        await server.RunAsync(["account", "password", "Ben"], "another battery staple");
        Assert.Equal(401, await IngestProcess.StatusAsync(ben, "/api/v1/me"));
        await server.RunAsync(["account", "remove", "Ann"]);
        Assert.DoesNotContain("Ann", await server.RunAsync(["account", "list"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_account_of_the_machine_reads_no_recording_and_no_key()
    {
        await server.BringAsync(Session);
        using var browser = OwnNetwork.Browser(new UriBuilder(server.Address) { Scheme = Uri.UriSchemeHttps }.Uri);
        Assert.Equal(200, await IngestProcess.StatusAsync(browser, "/health"));
        foreach (var path in new[] { "sessions", "processing", "temp", "trust" }.SelectMany(name => Directory.EnumerateFileSystemEntries(folder.File(name), "*", SearchOption.AllDirectories).Append(folder.File(name))))
        {
            // What the test itself laid there as the stages' results does not count.
            if (!new[] { "stitched", "analysis", "clips" }.Any(results => path.Contains($"{Session}/{results}", StringComparison.Ordinal)))
            {
                Assert.True((File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)) == 0, $"{path} is {File.GetUnixFileMode(path)}");
            }
        }
    }

    private async Task AttackAsync(HttpClient who, int expected)
    {
        foreach (var name in new[] { "panorama.mp4", "thumbnail.jpg", "tracks.jsonl", "clips.json" })
        {
            Assert.Equal(expected, await IngestProcess.StatusAsync(who, $"/api/v1/sessions/{Session}/files/{name}"));
        }

        Assert.Equal(expected, await IngestProcess.StatusAsync(who, $"/api/v1/sessions/{Session}"));
        Assert.Equal(expected, await IngestProcess.StatusAsync(who, "/api/v1/events"));
        Assert.Equal(expected, await PostAsync(who, "process"));
        Assert.Equal(expected, await PostAsync(who, "retry"));
        Assert.Equal(0, await server.RunsAsync());
    }

    private static async Task<int> PostAsync(HttpClient who, string action)
    {
        using var answer = await who.PostAsync($"/api/v1/sessions/{Session}/{action}", content: null);
        return (int)answer.StatusCode;
    }

    private async Task RefusedAsync(string sentence, string[] arguments, string? input)
    {
        var refused = await Assert.ThrowsAsync<DemoException>(() => server.RunAsync(arguments, input));
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }
}
