using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using Rig.Tests.Support;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer.Mail;

/// <summary>Mails as families get them: from the real viewer, through its pages.</summary>
[Collection(PostgresTests.Name)]
public sealed class ClubMailTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly ScriptedSmtp smtp = new();
    private ViewerServer server = null!;

    public async Task InitializeAsync()
    {
        server = new ViewerServer(postgres) { Further = SettingsFor(smtp) };
        await server.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await smtp.DisposeAsync();
    }

    [Fact]
    public async Task A_published_game_is_told_once_to_those_of_its_team_who_want_to_know()
    {
        using (var coach = await server.SignInAsync(ViewerServer.Coach))
        {
            using var saved = await PostAsync(coach, "/account?handler=Mail", ("frequency", "none"), ("gameReady", "true"));
            Assert.Contains("Saved.", await saved.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var ingest = server.IngestServer();
        var game = PublishedGame.Make("MAILED_GAME");
        var gameId = await ingest.PublishAsync(game);
        await AllSentAsync(2);
        Assert.Equal([ViewerServer.Follower, ViewerServer.ChildsParent], Recipients().Order(StringComparer.Ordinal));
        Assert.All(smtp.Messages, message => Assert.Contains($"/games/{gameId}", message.TextBody, StringComparison.Ordinal));

        await ingest.PublishAsync(game with { Publication = game.Publication with { Opponent = "Corrected" } });
        await AllSentAsync(2);
        Assert.Equal(2, smtp.Messages.Count);
    }

    [Fact]
    public async Task One_click_ends_the_mails_and_a_look_at_the_link_does_not()
    {
        using var ingest = server.IngestServer();
        await ingest.PublishAsync(PublishedGame.Make("LAST_MAILED_GAME"));
        await AllSentAsync(3);
        var message = smtp.Messages.Single(one => AddressOf(one) == ViewerServer.Follower);
        Assert.Equal("List-Unsubscribe=One-Click", message.Headers[HeaderId.ListUnsubscribePost]);
        var path = new Uri(message.Headers[HeaderId.ListUnsubscribe]!.Trim().Trim('<', '>')).PathAndQuery;

        using var program = server.Anonymous();
        using var look = await program.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, look.StatusCode);
        Assert.Equal(NotifyFrequency.Instant, await FrequencyAsync(ViewerServer.Follower));

        using var click = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
        using var done = await program.PostAsync(path, click);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.Equal(NotifyFrequency.None, await FrequencyAsync(ViewerServer.Follower));
        Assert.Equal(NotifyFrequency.Instant, await FrequencyAsync(ViewerServer.Coach));

        using var guessed = await program.PostAsync(path[..^4] + "AAAA", click);
        Assert.Equal(HttpStatusCode.NotFound, guessed.StatusCode);
    }

    [Fact]
    public async Task Who_wants_one_mail_a_day_waits_for_it_and_gets_all_games_in_it()
    {
        await SetFrequencyAsync(NotifyFrequency.Daily, NotifyFrequency.None);
        using var ingest = server.IngestServer();
        await ingest.PublishAsync(PublishedGame.Make("FIRST_OF_THE_DAY"));
        await ingest.PublishAsync(PublishedGame.Make("SECOND_OF_THE_DAY"));
        await DigestAsync();
        Assert.Empty(await RowsAsync());

        await server.InScopeAsync(services => services.GetRequiredService<ViewerDb>().GameNotices.ExecuteUpdateAsync(
            row => row.SetProperty(notice => notice.CreatedAt, notice => notice.CreatedAt - TimeSpan.FromDays(1))));
        await DigestAsync();
        await DigestAsync();
        await AllSentAsync(1);
        Assert.Equal(ViewerServer.Follower, AddressOf(smtp.Messages.Single()));
        Assert.Equal("2 new games to watch", smtp.Messages.Single().Subject);
    }

    [Fact]
    public async Task A_forgotten_password_is_set_by_a_link_that_works_once_and_signs_out_everywhere()
    {
        using var before = await server.SignInAsync(ViewerServer.Follower);
        using var person = server.Anonymous();
        using var unknown = await PostAsync(person, "/forgot", ("Input.Email", "nobody@example.org"));
        using var known = await PostAsync(person, "/forgot", ("Input.Email", ViewerServer.Follower));
        Assert.Equal(await unknown.Content.ReadAsStringAsync(), await known.Content.ReadAsStringAsync());
        await Eventually.HoldsAsync(() => smtp.Messages.Count == 1);
        Assert.Equal([ViewerServer.Follower], Recipients());
        var path = LinkIn(smtp.Messages.Single());

        using var weak = await PostAsync(person, path, ("Password", "short"));
        Assert.Contains("10 to 128 characters", await weak.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var set = await PostAsync(person, path, ("Password", "a whole new password"));
        Assert.Equal("/login", set.Headers.Location!.OriginalString);
        using var again = await person.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        using var signedOut = await before.GetAsync("/api/v1/me");
        Assert.Equal(HttpStatusCode.Unauthorized, signedOut.StatusCode);
        using var old = await ViewerServer.PostLoginAsync(person, ViewerServer.Follower, ViewerServer.Password);
        Assert.Equal(HttpStatusCode.OK, old.StatusCode);
        using var signedIn = await ViewerServer.PostLoginAsync(person, ViewerServer.Follower, "a whole new password");
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
    }

    [Fact]
    public async Task One_account_gets_three_links_an_hour_however_often_somebody_asks()
    {
        using var person = server.Anonymous();
        for (var i = 0; i < 5; i++)
        {
            using var asked = await PostAsync(person, "/forgot", ("Input.Email", ViewerServer.Coach));
        }

        // Requests are handled in order, so the others' are over when this one's is there.
        using var last = await PostAsync(person, "/forgot", ("Input.Email", ViewerServer.Admin));
        await Eventually.HoldsAsync(() => Recipients().Contains(ViewerServer.Admin));
        Assert.Equal(3, Recipients().Count(address => address == ViewerServer.Coach));
    }

    internal static Dictionary<string, string?> SettingsFor(ScriptedSmtp smtp) => new()
    {
        ["Rig:Viewer:PublicUrl"] = "http://localhost",
        ["Rig:Mail:Host"] = "127.0.0.1",
        ["Rig:Mail:Port"] = $"{smtp.Port}",
        ["Rig:Mail:Tls"] = "None",
        ["Rig:Mail:FromAddress"] = "games@club.example",
    };

    internal static string LinkIn(MimeMessage message) =>
        new Uri(message.TextBody!.Split('\n').Select(line => line.Trim()).First(line => line.StartsWith("http://", StringComparison.Ordinal))).PathAndQuery;

    internal static string AddressOf(MimeMessage message) => ((MailboxAddress)message.To.Single()).Address;

    internal static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(
            [.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), new("__RequestVerificationToken", await ViewerServer.FormTokenAsync(client, path))]);
        return await client.PostAsync(path, form);
    }

    private IEnumerable<string> Recipients() => smtp.Messages.Select(AddressOf);

    private async Task AllSentAsync(int count) => await Eventually.HoldsAsync(async () => await RowsAsync() is var rows && rows.Count == count && rows.All(row => row.State == MailState.Sent));

    private async Task<IReadOnlyList<OutgoingMail>> RowsAsync()
    {
        IReadOnlyList<OutgoingMail> rows = [];
        await server.InScopeAsync(async services => rows = await services.GetRequiredService<ViewerDb>().OutgoingMails.AsNoTracking().ToListAsync());
        return rows;
    }

    private Task DigestAsync() => server.InScopeAsync(async services =>
    {
        var digests = services.GetRequiredService<Rig.Viewer.Notices.Digests>();
        foreach (var userId in await digests.DueAsync(CancellationToken.None))
        {
            await digests.WriteAsync(userId, CancellationToken.None);
        }
    });

    private Task SetFrequencyAsync(NotifyFrequency follower, NotifyFrequency others) => server.InScopeAsync(async services =>
    {
        var users = services.GetRequiredService<ViewerDb>().Users;
        await users.ExecuteUpdateAsync(row => row.SetProperty(user => user.NotifyFrequency, others));
        await users.Where(user => user.Email == ViewerServer.Follower).ExecuteUpdateAsync(row => row.SetProperty(user => user.NotifyFrequency, follower));
    });

    private async Task<NotifyFrequency> FrequencyAsync(string email)
    {
        var frequency = NotifyFrequency.None;
        await server.InScopeAsync(async services => frequency = await services.GetRequiredService<ViewerDb>().Users.Where(user => user.Email == email).Select(user => user.NotifyFrequency).SingleAsync());
        return frequency;
    }
}
