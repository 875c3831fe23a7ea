using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rig.Tests.Support;
using Rig.Tests.Viewer.Mail;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer.Club;

/// <summary>What an administrator does to people, children and games, and what is left of them afterwards: nothing. Here no mail is sent.</summary>
[Collection(PostgresTests.Name)]
public sealed class AdministrationTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly ViewerServer server = new(postgres);

    public Task InitializeAsync() => server.InitializeAsync();

    public Task DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_deleted_game_leaves_no_row_and_no_file_and_says_what_went()
    {
        using var ingest = server.IngestServer();
        var (gone, kept) = (await ingest.PublishAsync(PublishedGame.Make("GAME_TO_DELETE")), await ingest.PublishAsync(PublishedGame.Make("GAME_TO_KEEP")));
        using var admin = await server.SignInAsync(ViewerServer.Admin);
        using var unsure = await ClubMailTests.PostAsync(admin, $"/admin/games/{gone}?handler=Delete", ("confirm", "yes"));
        await InvitationTests.AssertSaidAsync("Nothing was deleted", unsure);
        using var deleted = await ClubMailTests.PostAsync(admin, $"/admin/games/{gone}?handler=Delete", ("confirm", "delete"));
        await InvitationTests.AssertSaidAsync("Removed: 4 files, 1 clip, 2 moments, 4 file names, 1 announcement, 1 game.", deleted);

        Assert.False(Directory.Exists(Path.Combine(server.MediaPath, "games", $"{gone}")));
        Assert.Empty(await TablesNamingAsync("GAME_TO_DELETE"));
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        using var file = await coach.GetAsync($"/media/games/{gone}/panorama.mp4");
        Assert.Equal(HttpStatusCode.NotFound, file.StatusCode);
        using var other = await coach.GetAsync($"/media/games/{kept}/panorama.mp4");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Contains($"delete game</span> game {gone}", await admin.GetStringAsync("/admin/log"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_family_is_named_in_no_table_any_more()
    {
        using var parent = await server.SignInAsync(ViewerServer.ChildsParent);
        using var admin = await server.SignInAsync(ViewerServer.Admin);
        await NameInMomentAsync();
        Assert.NotEmpty(await TablesNamingAsync(ViewerServer.ChildsParent));
        Assert.NotEmpty(await TablesNamingAsync("Kim"));
        using var unsure = await ClubMailTests.PostAsync(admin, "/admin/people/4?handler=Delete", ("confirm", "somebody@example.org"), ("withChildren", "true"));
        await InvitationTests.AssertSaidAsync("Nothing was deleted", unsure);
        using var deleted = await ClubMailTests.PostAsync(admin, "/admin/people/4?handler=Delete", ("confirm", ViewerServer.ChildsParent), ("withChildren", "true"));
        await InvitationTests.AssertSaidAsync("1 child, 1 session, 1 account.", deleted);

        foreach (var trace in new[] { ViewerServer.ChildsParent, "Paula", "Kim" })
        {
            Assert.Empty(await TablesNamingAsync(trace));
        }

        using var signedOut = await parent.GetAsync("/api/v1/me");
        Assert.Equal(HttpStatusCode.Unauthorized, signedOut.StatusCode);
    }

    [Fact]
    public async Task A_deleted_child_leaves_its_parent_an_account_without_its_team()
    {
        using var admin = await server.SignInAsync(ViewerServer.Admin);
        using var deleted = await ClubMailTests.PostAsync(admin, "/admin/children/1?handler=Delete", ("confirm", "Kim Parent"));
        await InvitationTests.AssertSaidAsync("Removed: 1 link to a child, 1 place on a roster, 1 child.", deleted);
        using var parent = await server.SignInAsync(ViewerServer.ChildsParent);
        Assert.Contains("No team yet", await parent.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_person_is_signed_out_at_once_and_comes_back_when_let_in_again()
    {
        using var follower = await server.SignInAsync(ViewerServer.Follower);
        using var admin = await server.SignInAsync(ViewerServer.Admin);
        using var disabled = await ClubMailTests.PostAsync(admin, "/admin/people/2?handler=Disable");
        await InvitationTests.AssertSaidAsync("Done.", disabled);
        using var signedOut = await follower.GetAsync("/api/v1/me");
        Assert.Equal(HttpStatusCode.Unauthorized, signedOut.StatusCode);
        using var refused = await ViewerServer.PostLoginAsync(follower, ViewerServer.Follower, ViewerServer.Password);
        Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
        using var enabled = await ClubMailTests.PostAsync(admin, "/admin/people/2?handler=Enable");
        await ViewerServer.SignInAsync(follower, ViewerServer.Follower);
    }

    [Fact]
    public async Task The_last_administrator_stays_one()
    {
        using var admin = await server.SignInAsync(ViewerServer.Admin);
        foreach (var (handler, field) in new[] { ("Disable", ("x", "")), ("Role", ("role", "parent")), ("Delete", ("confirm", ViewerServer.Admin)) })
        {
            using var refused = await ClubMailTests.PostAsync(admin, $"/admin/people/6?handler={handler}", field);
            await InvitationTests.AssertSaidAsync("the last administrator", refused);
        }

        // With a second one the first may go.
        using var raised = await ClubMailTests.PostAsync(admin, "/admin/people/5?handler=Role", ("role", "admin"));
        using var deleted = await ClubMailTests.PostAsync(admin, "/admin/people/6?handler=Delete", ("confirm", ViewerServer.Admin));
        await InvitationTests.AssertSaidAsync("1 account.", deleted);
    }

    [Fact]
    public async Task Without_a_mail_server_links_are_shown_to_be_handed_over()
    {
        using var admin = await server.SignInAsync(ViewerServer.Admin);
        Assert.Contains("Mail is off", await admin.GetStringAsync("/admin"), StringComparison.Ordinal);
        using var invited = await ClubMailTests.PostAsync(admin, "/admin/people?handler=Invite", ("email", "second@example.org"), ("role", "admin"));
        using var person = server.Anonymous();
        using var joined = await ClubMailTests.PostAsync(person, await LinkOnAsync(invited), ("FirstName", "Sam"), ("LastName", "Second"), ("Password", ViewerServer.Password));
        Assert.Equal(HttpStatusCode.Redirect, joined.StatusCode);
        using var second = await server.SignInAsync("second@example.org");
        using var opened = await second.GetAsync("/admin");
        Assert.Equal(HttpStatusCode.OK, opened.StatusCode);

        using var made = await ClubMailTests.PostAsync(second, "/admin/people/2?handler=Password");
        using var set = await ClubMailTests.PostAsync(person, await LinkOnAsync(made), ("Password", "handed over by hand"));
        Assert.Equal(HttpStatusCode.Redirect, set.StatusCode);
        using var answer = await ViewerServer.PostLoginAsync(person, ViewerServer.Follower, "handed over by hand");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    [Fact]
    public async Task People_are_found_by_any_part_of_name_or_address()
    {
        using var admin = await server.SignInAsync(ViewerServer.Admin);
        Assert.Contains("Fred Follower", await admin.GetStringAsync("/admin/people?q=OLLOW"), StringComparison.Ordinal);
        Assert.Contains("Nobody of that name", await admin.GetStringAsync("/admin/people?q=100%25"), StringComparison.Ordinal);
        using var made = await ClubMailTests.PostAsync(admin, "/admin/teams", ("name", "Gold Stars"), ("code", "GOLD15"));
        await InvitationTests.AssertSaidAsync("Gold Stars is there.", made);
        using var taken = await ClubMailTests.PostAsync(admin, "/admin/teams", ("name", "Gold Stars"), ("code", "GOLD15"));
        await InvitationTests.AssertSaidAsync("There is a team GOLD15 already", taken);
    }

    private static async Task<string> LinkOnAsync(HttpResponseMessage page)
    {
        var text = WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync());
        return new Uri(text.Split("class=\"link-once\">")[1].Split('<')[0]).PathAndQuery;
    }

    /// <summary>By the home server, and in a coach's words: on a moment with its clip, and on one that was removed again.</summary>
    private async Task NameInMomentAsync()
    {
        using var ingest = server.IngestServer();
        var gameId = await ingest.PublishAsync(PublishedGame.Make("GAME_OF_THE_CHILD"));
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        var moments = (await coach.ReadAsync($"/api/v1/games/{gameId}/watch")).GetProperty("events").EnumerateArray().ToList();
        foreach (var moment in moments)
        {
            await coach.ChangeAsync($"/api/v1/games/{gameId}/moments/{moment.GetProperty("id").GetInt32()}", new
            {
                event_type = moment.GetProperty("event_type").GetString(),
                timestamp_seconds = moment.GetProperty("timestamp_seconds").GetDouble(),
                description = "Kim from far out",
                player_id = ViewerServer.ChildId,
            });
        }

        Assert.Contains("clips", await TablesNamingAsync("Kim from far out"));
        await coach.ChangeAsync($"/api/v1/games/{gameId}/moments/{moments[^1].GetProperty("id").GetInt32()}/remove", null);
    }

    /// <summary>Tables with a row that has the text anywhere.</summary>
    private async Task<IReadOnlyList<string>> TablesNamingAsync(string text)
    {
        List<string> found = [];
        await server.InScopeAsync(async services =>
        {
            var db = services.GetRequiredService<ViewerDb>();
            foreach (var table in db.Model.GetEntityTypes().Select(entity => entity.GetTableName()!).Distinct())
            {
                var query = "SELECT count(*)::int AS \"Value\" FROM " + table + " t WHERE t::text ILIKE '%' || {0} || '%'";
                if (await db.Database.SqlQueryRaw<int>(query, text).SingleAsync() > 0)
                {
                    found.Add(table);
                }
            }
        });
        return found;
    }
}
