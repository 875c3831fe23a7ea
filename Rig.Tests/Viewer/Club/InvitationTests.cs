using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rig.Tests.Support;
using Rig.Tests.Viewer.Mail;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer.Club;

/// <summary>How people come into the club: by a link that its coach or an administrator had sent.</summary>
[Collection(PostgresTests.Name)]
public sealed class InvitationTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly ScriptedSmtp smtp = new();
    private ViewerServer server = null!;

    public async Task InitializeAsync()
    {
        server = new ViewerServer(postgres) { Further = ClubMailTests.SettingsFor(smtp) };
        await server.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await smtp.DisposeAsync();
    }

    [Fact]
    public async Task An_invited_parent_makes_one_account_and_sees_the_childs_team()
    {
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        using var invited = await ClubMailTests.PostAsync(coach, People, ("email", "new@example.org"), ("role", "parent"), ("playerId", "1"), ("relationship", "father"));
        await AssertSaidAsync("An invitation is on its way", invited);
        await Eventually.HoldsAsync(() => smtp.Messages.Count == 1);
        var message = smtp.Messages.Single();
        Assert.Equal("new@example.org", ClubMailTests.AddressOf(message));
        Assert.Contains("Carla Coach invites you", message.TextBody, StringComparison.Ordinal);
        var path = ClubMailTests.LinkIn(message);

        using var person = server.Anonymous();
        using var joined = await ClubMailTests.PostAsync(person, path, ("FirstName", "Nia"), ("LastName", "New"), ("Password", ViewerServer.Password));
        Assert.Equal("/login", joined.Headers.Location!.OriginalString);
        using var again = await person.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);

        await ViewerServer.SignInAsync(person, "new@example.org");
        Assert.Contains("Blue Lightning", await person.GetStringAsync("/"), StringComparison.Ordinal);
        await server.InScopeAsync(async services =>
        {
            var db = services.GetRequiredService<ViewerDb>();
            var made = await db.Users.SingleAsync(user => user.Email == "new@example.org");
            Assert.Equal(UserRole.Parent, made.Role);
            Assert.Equal("father", (await db.ParentPlayers.SingleAsync(link => link.ParentId == made.Id && link.PlayerId == 1)).Relationship);
            Assert.DoesNotContain(await db.AccountLinks.Select(link => link.Id).ToListAsync(), id => path.Contains(id, StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task An_invitation_is_over_after_seven_days()
    {
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        using var invited = await ClubMailTests.PostAsync(coach, People, ("email", "late@example.org"), ("role", "family"));
        await Eventually.HoldsAsync(() => smtp.Messages.Count == 1);
        await server.InScopeAsync(services => services.GetRequiredService<ViewerDb>().AccountLinks.ExecuteUpdateAsync(
            row => row.SetProperty(link => link.ExpiresAt, link => link.ExpiresAt - TimeSpan.FromDays(7))));
        using var person = server.Anonymous();
        using var look = await person.GetAsync(ClubMailTests.LinkIn(smtp.Messages.Single()));
        Assert.Equal(HttpStatusCode.NotFound, look.StatusCode);
        Assert.Contains("does not work any more", await look.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("coach")]
    [InlineData("admin")]
    public async Task A_coach_makes_nobody_a_coach_or_an_administrator(string role)
    {
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        using var refused = await ClubMailTests.PostAsync(coach, People, ("email", "rise@example.org"), ("role", role));
        await AssertSaidAsync("Choose what the person is", refused);
        await server.InScopeAsync(async services => Assert.Empty(await services.GetRequiredService<ViewerDb>().AccountLinks.ToListAsync()));
    }

    [Fact]
    public async Task A_coach_links_nobody_to_a_child_of_another_team()
    {
        using var other = await server.SignInAsync(ViewerServer.OtherCoach);
        using var linked = await ClubMailTests.PostAsync(other, "/teams/2/people?handler=Link", ("parentId", "3"), ("playerId", "1"));
        await AssertSaidAsync("not on the roster", linked);
        using var invited = await ClubMailTests.PostAsync(other, "/teams/2/people?handler=Invite", ("email", "x@example.org"), ("role", "parent"), ("playerId", "1"));
        await AssertSaidAsync("not on the roster", invited);
        using var unlinked = await ClubMailTests.PostAsync(other, "/teams/2/people?handler=Unlink", ("parentId", "4"), ("playerId", "1"));
        await AssertSaidAsync("not linked", unlinked);
        await server.InScopeAsync(async services => Assert.Equal(4, (await services.GetRequiredService<ViewerDb>().ParentPlayers.SingleAsync()).ParentId));
    }

    [Fact]
    public async Task A_coach_keeps_the_roster_and_who_is_whose_parent()
    {
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        using var added = await ClubMailTests.PostAsync(coach, "/teams/1/people?handler=AddPlayer", ("firstName", "Zoë"), ("lastName", "<Müller>"), ("jersey", "0"));
        Assert.Contains("&lt;M", await added.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var linked = await ClubMailTests.PostAsync(coach, "/teams/1/people?handler=Link", ("parentId", "2"), ("playerId", "2"));
        await AssertSaidAsync("Unlink Fred Follower from Zo", linked);
        using var taken = await ClubMailTests.PostAsync(coach, "/teams/1/people?handler=RemovePlayer", ("playerId", "1"));
        await AssertSaidAsync("Done.", taken);

        // The child's parent saw the team by the child alone.
        using var parent = await server.SignInAsync(ViewerServer.ChildsParent);
        Assert.Contains("No team yet", await parent.GetStringAsync("/"), StringComparison.Ordinal);
    }

    internal static async Task AssertSaidAsync(string expected, HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(expected, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private const string People = "/teams/1/people?handler=Invite";
}
