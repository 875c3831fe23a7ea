using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Rig.Hosting.Configuration;
using Rig.Tests.Support;
using Rig.Viewer.Accounts;
using Rig.Viewer.Hosting;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer;

[Collection(PostgresTests.Name)]
public sealed class StartTests(PostgresFixture postgres, ViewerServer server) : IClassFixture<ViewerServer>
{
    [Fact]
    public async Task An_older_schema_is_refused_with_the_command_to_run()
    {
        using var folder = new TempFolder();
        var settings = ViewerServer.Settings(await postgres.NewDatabaseAsync(), folder.Path);
        settings["Rig:Database:AutoUpgrade"] = "false";
        var refused = await StartAsync<StartupException>(settings);
        Assert.Contains("rig-viewer upgrade", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_schema_is_refused_and_left_alone()
    {
        using var folder = new TempFolder();
        var connectionString = await postgres.NewDatabaseAsync();
        await using (var db = new ViewerDb(new DbContextOptionsBuilder<ViewerDb>().UseNpgsql(connectionString).Options))
        {
            await new Migrator(db).UpgradeAsync(CancellationToken.None);
            await db.Database.ExecuteSqlAsync($"""INSERT INTO "__EFMigrationsHistory" VALUES ('99990101000000_Later', '99.0')""");
        }

        var refused = await StartAsync<StartupException>(ViewerServer.Settings(connectionString, folder.Path));
        Assert.Contains("newer", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Rig:Viewer:ListenUrl", "ftp://x")]
    [InlineData("Rig:Viewer:PublicUrl", "games.example.org")]
    [InlineData("Rig:Viewer:LoginAttemptsPerMinute", "0")]
    [InlineData("Rig:Database:ConnectionString", "")]
    [InlineData("Rig:Media:Path", "")]
    [InlineData("Rig:Media:MaxFileSizeGb", "-1")]
    [InlineData("Rig:Media:MaxGameSizeGb", "0")]
    [InlineData("Rig:Push:ApiKeySha256", "the key itself")]
    [InlineData("Rig:Mail:Host", "smtp://mail.example.org")]
    [InlineData("Rig:Mail:Port", "0")]
    [InlineData("Rig:Mail:Tls", "7")]
    [InlineData("Rig:Mail:FromName", "")]
    [InlineData("Rig:Mail:User", "alone")]
    public async Task A_bad_value_stops_the_start_and_is_named(string key, string value)
    {
        using var folder = new TempFolder();
        var settings = ViewerServer.Settings(await postgres.NewDatabaseAsync(), folder.Path);
        settings[key] = value;
        var refused = await StartAsync<OptionsValidationException>(settings);
        Assert.Contains(key, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://games.example.org")]
    [InlineData("games.example.org:8090")]
    [InlineData("*")]
    [InlineData("")]
    public async Task A_host_that_is_no_name_stops_the_start(string host)
    {
        using var folder = new TempFolder();
        var settings = ViewerServer.Settings(await postgres.NewDatabaseAsync(), folder.Path);
        settings["Rig:Viewer:Hosts:0"] = host;
        var refused = await StartAsync<OptionsValidationException>(settings);
        Assert.Contains("Rig:Viewer:Hosts", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelled_key_stops_the_start_and_is_named()
    {
        using var folder = new TempFolder();
        var settings = ViewerServer.Settings(await postgres.NewDatabaseAsync(), folder.Path);
        settings["Rig:Viewer:ListenUr"] = "http://127.0.0.1:0";
        var refused = await StartAsync<OptionsValidationException>(settings);
        Assert.Contains("'Rig:Viewer:ListenUr'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not an address", "Ann Lee", "coach", ViewerServer.TeamCode, "--email")]
    [InlineData("ann@example.org", "Ann", "coach", ViewerServer.TeamCode, "--name")]
    [InlineData("ann@example.org", "Ann Lee", "owner", ViewerServer.TeamCode, "--role")]
    [InlineData("ann@example.org", "Ann Lee", "coach", null, "--team")]
    [InlineData("ann@example.org", "Ann Lee", "coach", "NOSUCH", "NOSUCH")]
    [InlineData(ViewerServer.Coach, "Ann Lee", "coach", ViewerServer.TeamCode, "already taken")]
    public Task An_account_that_cannot_be_made_says_why(string email, string name, string role, string? team, string named) => server.InScopeAsync(async services =>
    {
        var accounts = (AccountRegistry)services.GetService(typeof(AccountRegistry))!;
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => accounts.AddAsync(new NewAccount(email, name, role, team, null), CancellationToken.None));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("short")]
    [InlineData("ninechars")]
    [InlineData("aaaaaaaaaaaa")]
    public Task A_weak_password_is_refused(string password) => server.InScopeAsync(async services =>
    {
        var accounts = (AccountRegistry)services.GetService(typeof(AccountRegistry))!;
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            accounts.AddAsync(new NewAccount("weak@example.org", "Will Weak", "parent", ViewerServer.TeamCode, password), CancellationToken.None));
    });

    [Fact]
    public Task A_made_up_password_is_long_and_works() => server.InScopeAsync(async services =>
    {
        var accounts = (AccountRegistry)services.GetService(typeof(AccountRegistry))!;
        var made = await accounts.AddAsync(new NewAccount("made@example.org", "Mia Made", "parent", ViewerServer.TeamCode, null), CancellationToken.None);
        Assert.Equal(16, made.GeneratedPassword!.Length);
        using var person = server.Anonymous();
        using var answer = await ViewerServer.PostLoginAsync(person, made.Email, made.GeneratedPassword);
        Assert.Equal(System.Net.HttpStatusCode.Redirect, answer.StatusCode);
    });

    private static async Task<TException> StartAsync<TException>(Dictionary<string, string?> settings)
        where TException : Exception => await Assert.ThrowsAnyAsync<TException>(async () =>
        {
            await using var app = ViewerHost.Build(ViewerServer.ProgramFolder, settings);
            await app.StartAsync();
        });
}
