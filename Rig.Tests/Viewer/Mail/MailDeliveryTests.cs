using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using Rig.Tests.Support;
using Rig.Viewer.Mail;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer.Mail;

/// <summary>Exactly once, or a failure that is shown: whatever the SMTP server does, and wherever the program is killed.</summary>
[Collection(PostgresTests.Name)]
public sealed class MailDeliveryTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly TempFolder folder = new("rig-mail");
    private readonly ScriptedSmtp smtp = new();
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 21, 18, 0, 0, TimeSpan.Zero));
    private string connectionString = "";
    private MailProgram program = null!;

    public async Task InitializeAsync()
    {
        connectionString = await postgres.NewDatabaseAsync();
        program = Start();
        await program.UpgradeAsync();
    }

    public async Task DisposeAsync()
    {
        await program.DisposeAsync();
        await smtp.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_mail_arrives_with_its_names_its_texts_and_its_own_number()
    {
        await program.AddAsync();
        await program.DrainAsync();
        var message = Assert.Single(smtp.Messages);
        Assert.Equal("Größe <1>", message.Subject);
        Assert.Equal("Zoë Müller", Assert.IsType<MailboxAddress>(Assert.Single(message.To)).Name);
        Assert.Contains("Hello <b>", message.TextBody, StringComparison.Ordinal);
        Assert.Contains("Hello &lt;b&gt;", message.HtmlBody, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", message.HtmlBody, StringComparison.Ordinal);
        var row = Assert.Single(await program.RowsAsync());
        Assert.Equal((MailState.Sent, row.MessageId, (string?)null), (row.State, message.MessageId, row.Body));
    }

    [Theory]
    [InlineData(SmtpFault.ConnectionDropped)]
    [InlineData(SmtpFault.GreetingRefused)]
    [InlineData(SmtpFault.SenderRefused)]
    [InlineData(SmtpFault.SenderDropped)]
    [InlineData(SmtpFault.RecipientRefusedForNow)]
    [InlineData(SmtpFault.RecipientDropped)]
    [InlineData(SmtpFault.DataRefused)]
    [InlineData(SmtpFault.MessageRefusedForNow)]
    public async Task What_the_server_does_not_take_now_is_sent_later_once(SmtpFault fault)
    {
        smtp.FailOnceAt(fault);
        await program.AddAsync();
        await program.DrainAsync();
        var waiting = Assert.Single(await program.RowsAsync());
        Assert.Equal((MailState.Waiting, 1), (waiting.State, waiting.Attempts));
        Assert.NotEmpty(waiting.Problem!);
        Assert.Empty(smtp.Messages);

        await program.DrainAsync();
        Assert.Empty(smtp.Messages);
        clock.Advance(MailQueue.FirstDelay);
        await program.DrainAsync();
        await program.DrainAsync();
        Assert.Equal(waiting.MessageId, Assert.Single(smtp.Messages).MessageId);
        var sent = Assert.Single(await program.RowsAsync());
        Assert.Equal((MailState.Sent, 2, (string?)null), (sent.State, sent.Attempts, sent.Problem));
    }

    [Theory]
    [InlineData(SmtpFault.RecipientRefusedForGood, "550")]
    [InlineData(SmtpFault.MessageRefusedForGood, "554")]
    public async Task What_the_server_refuses_for_good_is_shown_and_not_tried_again(SmtpFault fault, string status)
    {
        smtp.FailOnceAt(fault);
        await program.AddAsync();
        await program.DrainAsync();
        clock.Advance(TimeSpan.FromDays(1));
        await program.DrainAsync();
        Assert.Empty(smtp.Messages);
        var failed = Assert.Single(await program.RowsAsync());
        Assert.Equal(MailState.Failed, failed.State);
        Assert.Contains(status, failed.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SmtpFault.DataDropped, 0)]
    [InlineData(SmtpFault.AnswerDropped, 1)]
    public async Task What_may_have_been_sent_is_said_to_be_so_and_never_sent_again_by_itself(SmtpFault fault, int taken)
    {
        smtp.FailOnceAt(fault);
        await program.AddAsync();
        await program.DrainAsync();
        clock.Advance(TimeSpan.FromDays(1));
        await program.DrainAsync();
        Assert.Equal(taken, smtp.Messages.Count);
        var uncertain = Assert.Single(await program.RowsAsync());
        Assert.Equal(MailState.Uncertain, uncertain.State);
        Assert.Contains("may have been sent", uncertain.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_killed_while_the_server_has_the_mail_leaves_one_that_may_have_been_sent()
    {
        smtp.FailOnceAt(SmtpFault.AnswerHeldBack);
        await program.AddAsync();
        var killed = program.DrainAsync();
        await Eventually.HoldsAsync(() => smtp.Messages.Count == 1);

        await using (var next = Start())
        {
            await next.DrainAsync();
            Assert.Equal(MailState.Sending, Assert.Single(await next.RowsAsync()).State);
            clock.SetUtcNow(clock.GetUtcNow() + MailQueue.LeaseLength + TimeSpan.FromSeconds(1));
            await next.DrainAsync();
            var row = Assert.Single(await next.RowsAsync());
            Assert.Equal(MailState.Uncertain, row.State);
            Assert.Contains("may have been sent", row.Problem, StringComparison.Ordinal);
        }

        Assert.Single(smtp.Messages);
        await smtp.StopAsync();
        await killed;
        Assert.Equal(MailState.Uncertain, Assert.Single(await program.RowsAsync()).State);
    }

    [Fact]
    public async Task A_program_that_is_killed_before_it_sends_leaves_the_mail_to_the_next_one()
    {
        await program.AddAsync();
        await program.InScopeAsync(async scope => Assert.NotNull(await scope.GetRequiredService<MailQueue>().LeaseAsync(CancellationToken.None)));
        await using var next = Start();
        await next.DrainAsync();
        Assert.Empty(smtp.Messages);
        clock.Advance(MailQueue.LeaseLength + TimeSpan.FromSeconds(1));
        await next.DrainAsync();
        Assert.Single(smtp.Messages);
    }

    [Fact]
    public async Task Who_lost_the_lease_sends_nothing()
    {
        await program.AddAsync();
        await program.InScopeAsync(async scope =>
        {
            var queue = scope.GetRequiredService<MailQueue>();
            var late = (await queue.LeaseAsync(CancellationToken.None))!;
            clock.Advance(MailQueue.LeaseLength + TimeSpan.FromSeconds(1));
            Assert.NotNull(await queue.LeaseAsync(CancellationToken.None));
            Assert.False(await queue.SendingAsync(late, CancellationToken.None));
        });
    }

    [Fact]
    public async Task Two_programs_beside_each_other_send_every_mail_once()
    {
        for (var i = 0; i < 20; i++)
        {
            await program.AddAsync($"Person {i}");
        }

        await using var other = Start();
        await Task.WhenAll(program.DrainAsync(), other.DrainAsync());
        Assert.Equal(20, smtp.Messages.Select(message => message.MessageId).Distinct().Count());
        Assert.Equal(20, smtp.Messages.Count);
        Assert.All(await program.RowsAsync(), row => Assert.Equal(MailState.Sent, row.State));
    }

    [Fact]
    public async Task Attempts_come_to_an_end_and_a_person_may_begin_again()
    {
        await program.AddAsync();
        for (var i = 0; i < MailQueue.MaxAttempts; i++)
        {
            smtp.FailOnceAt(SmtpFault.SenderRefused);
            await program.DrainAsync();
            clock.Advance(MailQueue.LongestDelay);
        }

        smtp.FailOnceAt(SmtpFault.None);
        await program.DrainAsync();
        var failed = Assert.Single(await program.RowsAsync());
        Assert.Equal((MailState.Failed, MailQueue.MaxAttempts), (failed.State, failed.Attempts));
        await program.InScopeAsync(async scope => Assert.True(await scope.GetRequiredService<MailQueue>().SendAgainAsync(failed.Id, CancellationToken.None)));
        await program.DrainAsync();
        Assert.Equal(failed.MessageId, Assert.Single(smtp.Messages).MessageId);
        await program.InScopeAsync(async scope => Assert.False(await scope.GetRequiredService<MailQueue>().SendAgainAsync(failed.Id, CancellationToken.None)));
    }

    [Fact]
    public async Task A_server_without_tls_gets_nothing_where_tls_is_demanded()
    {
        await using var careful = new MailProgram(connectionString, smtp.Port, clock, folder.Path, "StartTls");
        await careful.AddAsync();
        await careful.DrainAsync();
        Assert.Equal(MailState.Waiting, Assert.Single(await careful.RowsAsync()).State);
        Assert.DoesNotContain(smtp.Commands, command => command.StartsWith("MAIL", StringComparison.Ordinal) || command.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mail_of_a_transaction_that_fails_was_never_there_and_its_text_is_not_readable_in_the_database()
    {
        await program.InScopeAsync(async scope =>
        {
            var db = scope.GetRequiredService<ViewerDb>();
            await using var transaction = await db.Database.BeginTransactionAsync();
            scope.GetRequiredService<MailOutbox>().Add(MailKind.Invitation, new MailRecipient(null, "ann@example.org", ""), MailText.Of("s", ["p"], ("b", "https://x/"), "w"));
            await db.SaveChangesAsync();
        });
        await program.DrainAsync();
        Assert.Empty(await program.RowsAsync());

        await program.AddAsync();
        Assert.DoesNotContain("games.example.org", Assert.Single(await program.RowsAsync()).Body, StringComparison.Ordinal);
    }

    private MailProgram Start() => new(connectionString, smtp.Port, clock, folder.Path);
}
