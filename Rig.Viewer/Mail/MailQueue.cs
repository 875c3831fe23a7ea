using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Mail;

/// <summary>
/// The outbox as its sender sees it. A mail is leased; who holds the lease says "sending" before the server can have the message, so
/// that a stop in between is known as one that may have been sent, and never sent again by itself.
/// </summary>
internal sealed class MailQueue(ViewerDb db, TimeProvider clock)
{
    public const int MaxAttempts = 12;
    public static readonly TimeSpan FirstDelay = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan LongestDelay = TimeSpan.FromHours(2);

    /// <summary>Longer than one attempt can take (<see cref="SmtpTransport.AttemptTimeout"/>, twice).</summary>
    public static readonly TimeSpan LeaseLength = TimeSpan.FromMinutes(10);

    /// <summary>How long the log of mails goes back.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    private const string MayBeSent = "The program stopped while the server had it: it may have been sent.";

    /// <returns>The mail that is due longest, leased by the caller; null when none is due.</returns>
    public async Task<OutgoingMail?> LeaseAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var mail = await db.OutgoingMails.FromSql(
            $"""
            SELECT * FROM outgoing_mails WHERE state = 'waiting' AND next_attempt_at <= {now} AND (leased_until IS NULL OR leased_until < {now})
            ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
            """).AsTracking().SingleOrDefaultAsync(cancellationToken);
        if (mail is not null)
        {
            (mail.Lease, mail.LeasedUntil, mail.Attempts) = (Guid.NewGuid(), now + LeaseLength, mail.Attempts + 1);
            await db.SaveChangesAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        db.ChangeTracker.Clear();
        return mail;
    }

    /// <returns>False when the lease was lost or the mail is gone: then it must not be sent.</returns>
    public async Task<bool> SendingAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + LeaseLength;
        return await Held(mail, MailState.Waiting).ExecuteUpdateAsync(
            row => row.SetProperty(one => one.State, MailState.Sending).SetProperty(one => one.LeasedUntil, until), cancellationToken) == 1;
    }

    /// <summary>Not to be cancelled: what the server said must be written.</summary>
    public Task SettleAsync(OutgoingMail mail, SendOutcome outcome, MailState from) => outcome.Result switch
    {
        SendResult.Accepted => Held(mail, from).ExecuteUpdateAsync(
            row => row.SetProperty(one => one.State, MailState.Sent).SetProperty(one => one.SentAt, clock.GetUtcNow()).SetProperty(one => one.Body, (string?)null)
                .SetProperty(one => one.Problem, (string?)null).SetProperty(one => one.Lease, (Guid?)null), CancellationToken.None),
        SendResult.Unknown => EndAsync(mail, from, MailState.Uncertain, outcome.Problem),
        SendResult.RefusedForNow when mail.Attempts < MaxAttempts => Held(mail, from).ExecuteUpdateAsync(
            row => row.SetProperty(one => one.State, MailState.Waiting).SetProperty(one => one.NextAttemptAt, clock.GetUtcNow() + DelayAfter(mail.Attempts))
                .SetProperty(one => one.Problem, outcome.Problem).SetProperty(one => one.Lease, (Guid?)null).SetProperty(one => one.LeasedUntil, (DateTimeOffset?)null), CancellationToken.None),
        _ => EndAsync(mail, from, MailState.Failed, outcome.Problem),
    };

    /// <summary>What a program left that stopped while sending: it may be with the server, so it is shown and not sent again.</summary>
    /// <returns>How many.</returns>
    public Task<int> FindAbandonedAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return db.OutgoingMails.Where(mail => mail.State == MailState.Sending && mail.LeasedUntil < now).ExecuteUpdateAsync(
            row => row.SetProperty(mail => mail.State, MailState.Uncertain).SetProperty(mail => mail.Problem, MayBeSent).SetProperty(mail => mail.Lease, (Guid?)null), cancellationToken);
    }

    /// <summary>A person's decision: for an uncertain one it may be the second.</summary>
    /// <returns>False when it is not one that failed.</returns>
    public async Task<bool> SendAgainAsync(long mailId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await db.OutgoingMails.Where(mail => mail.Id == mailId && mail.Body != null && (mail.State == MailState.Failed || mail.State == MailState.Uncertain)).ExecuteUpdateAsync(
            row => row.SetProperty(mail => mail.State, MailState.Waiting).SetProperty(mail => mail.Attempts, 0).SetProperty(mail => mail.NextAttemptAt, now)
                .SetProperty(mail => mail.LeasedUntil, (DateTimeOffset?)null), cancellationToken) == 1;
    }

    public Task<int> ForgetOldAsync(CancellationToken cancellationToken)
    {
        var oldest = clock.GetUtcNow() - KeptFor;
        return db.OutgoingMails.Where(mail => mail.CreatedAt < oldest && mail.State != MailState.Waiting && mail.State != MailState.Sending).ExecuteDeleteAsync(cancellationToken);
    }

    public static TimeSpan DelayAfter(int attempts)
    {
        var delay = FirstDelay * Math.Pow(2, attempts - 1);
        return delay < LongestDelay ? delay : LongestDelay;
    }

    private Task<int> EndAsync(OutgoingMail mail, MailState from, MailState to, string? problem) => Held(mail, from).ExecuteUpdateAsync(
        row => row.SetProperty(one => one.State, to).SetProperty(one => one.Problem, problem).SetProperty(one => one.Lease, (Guid?)null), CancellationToken.None);

    private IQueryable<OutgoingMail> Held(OutgoingMail mail, MailState state) => db.OutgoingMails.Where(row => row.Id == mail.Id && row.Lease == mail.Lease && row.State == state);
}
