using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rig.Tests.Support;
using Rig.Viewer.Accounts;
using Rig.Viewer.Hosting;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer;

/// <summary>
/// The real viewer on a loopback port with a database and a media folder of its own; a class fixture. Two teams: BLUE12, seen by
/// its coach, a follower and a child's parent; REDS14, seen by its own coach. The admin sees both, the newcomer none.
/// </summary>
public sealed partial class ViewerServer(PostgresFixture postgres) : IAsyncLifetime
{
    public const string Password = "correct horse battery";
    public const string PublishKey = "a key that only tests know";
    public const string Coach = "coach@example.org";
    public const string Follower = "follower@example.org";
    public const string ChildsParent = "parent@example.org";
    public const string OtherCoach = "other@example.org";
    public const string Admin = "admin@example.org";
    public const string Newcomer = "newcomer@example.org";
    public const string TeamCode = "BLUE12";
    public const string OtherTeamCode = "REDS14";

    /// <summary>Numbers of the first team and of the only child of a new database.</summary>
    public const int TeamId = 1;
    public const int ChildId = 1;

    private readonly TempFolder folder = new("rig-viewer");
    private WebApplication? app;

    public Uri Address { get; private set; } = new("http://localhost");

    public string MediaPath => folder.File("media");

    /// <summary>Settings beside those that every test has.</summary>
    public IReadOnlyDictionary<string, string?> Further { get; init; } = new Dictionary<string, string?>();

    /// <summary>Where rig-viewer was built, with its own wwwroot: the test's output holds those of all programs.</summary>
    public static string ProgramFolder { get; } = AppContext.BaseDirectory.Replace(
        Path.DirectorySeparatorChar + "Rig.Tests" + Path.DirectorySeparatorChar, Path.DirectorySeparatorChar + "Rig.Viewer" + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    internal static Dictionary<string, string?> Settings(string connectionString, string mediaPath) => new()
    {
        ["Rig:Viewer:ListenUrl"] = "http://127.0.0.1:0",
        ["Rig:Viewer:LoginAttemptsPerMinute"] = "1000",
        ["Rig:Database:ConnectionString"] = connectionString,
        ["Rig:Database:AutoUpgrade"] = "true",
        ["Rig:Media:Path"] = mediaPath,
        ["Rig:Media:MaxFileSizeGb"] = "0.01",
        ["Rig:Push:ApiKeySha256"] = Sha256(Encoding.UTF8.GetBytes(PublishKey)),
    };

    public async Task InitializeAsync()
    {
        app = ViewerHost.Build(ProgramFolder, Settings(await postgres.NewDatabaseAsync(), MediaPath).Concat(Further).ToDictionary());
        await app.StartAsync();
        Address = new Uri(app.Urls.Single());
        await MakePeopleAsync();
    }

    public async Task DisposeAsync()
    {
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        folder.Dispose();
    }

    public async Task InScopeAsync(Func<IServiceProvider, Task> run)
    {
        await using var scope = app!.Services.CreateAsyncScope();
        await run(scope.ServiceProvider);
    }

    public IServiceProvider Services => app!.Services;

    public HttpClient WithCookies(out CookieContainer cookies) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies = new CookieContainer() }) { BaseAddress = Address };

    public HttpClient Anonymous() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };

    public HttpClient IngestServer(string key = PublishKey)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return client;
    }

    public async Task<HttpClient> SignInAsync(string email)
    {
        var client = Anonymous();
        await SignInAsync(client, email);
        return client;
    }

    public static async Task SignInAsync(HttpClient client, string email)
    {
        using var answer = await PostLoginAsync(client, email, Password);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    /// <summary>Fills the sign-in form as a browser would.</summary>
    public static async Task<HttpResponseMessage> PostLoginAsync(HttpClient client, string email, string password, string path = "/login")
    {
        var token = await FormTokenAsync(client, path);
        using var form = new FormUrlEncodedContent([new("Input.Email", email), new("Input.Password", password), new("__RequestVerificationToken", token)]);
        return await client.PostAsync(path, form);
    }

    public static async Task<string> FormTokenAsync(HttpClient client, string path)
    {
        var match = TokenPattern().Match(await client.GetStringAsync(path));
        Assert.True(match.Success, $"{path} has a form with an antiforgery token");
        return match.Groups[1].Value;
    }

    private Task MakePeopleAsync() => InScopeAsync(async services =>
    {
        var none = CancellationToken.None;
        var teams = services.GetRequiredService<TeamRegistry>();
        await teams.AddAsync(new NewTeam(TeamCode, "Blue Lightning", "Riverside FC", "Fall 2026", 2012), none);
        await teams.AddAsync(new NewTeam(OtherTeamCode, "Red <b>Rockets</b>", null, null, null), none);
        var accounts = services.GetRequiredService<AccountRegistry>();
        await accounts.AddAsync(new NewAccount(Coach, "Carla Coach", "coach", TeamCode, Password), none);
        await accounts.AddAsync(new NewAccount(Follower, "Fred Follower", "parent", TeamCode, Password), none);
        await accounts.AddAsync(new NewAccount(OtherCoach, "Otto Other", "coach", OtherTeamCode, Password), none);
        await accounts.AddAsync(new NewAccount(ChildsParent, "Paula Parent", "parent", OtherTeamCode, Password), none);
        await accounts.AddAsync(new NewAccount(Newcomer, "Nina New", "parent", OtherTeamCode, Password), none);
        await accounts.AddAsync(new NewAccount(Admin, "Ada Admin", "admin", null, Password), none);

        var db = services.GetRequiredService<ViewerDb>();
        var blue = await db.Teams.SingleAsync(team => team.TeamCode == TeamCode);
        var child = new Player { FirstName = "Kim", LastName = "Parent" };
        db.Players.Add(child);
        await db.SaveChangesAsync();
        var parentId = await db.Users.Where(user => user.Email == ChildsParent).Select(user => user.Id).SingleAsync();
        await db.UserTeams.Where(link => db.Users.Any(user => user.Id == link.UserId && (user.Email == ChildsParent || user.Email == Newcomer))).ExecuteDeleteAsync();
        db.TeamPlayers.Add(new TeamPlayer { TeamId = blue.Id, PlayerId = child.Id, JerseyNumber = "00" });
        Assert.Equal((TeamId, ChildId), (blue.Id, child.Id));
        db.ParentPlayers.Add(new ParentPlayer { ParentId = parentId, PlayerId = child.Id, Relationship = "mother" });
        await db.SaveChangesAsync();
    });

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex TokenPattern();
}
