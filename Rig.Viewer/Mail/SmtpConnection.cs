using MailKit.Net.Smtp;
using MimeKit;

namespace Rig.Viewer.Mail;

/// <summary>One open connection to the SMTP server; several messages, one after the other.</summary>
internal sealed class SmtpConnection(TimeProvider clock) : IAsyncDisposable
{
    private const int FirstPermanentStatus = 500;

    private readonly WatchfulClient client = new();

    public SmtpClient Client => client;

    /// <summary>Ends by itself (<see cref="SmtpTransport.AttemptTimeout"/>); a stop of the program does not break it off.</summary>
    public async Task<SendOutcome> SendAsync(MimeMessage message)
    {
        client.HasRecipient = false;
        using var bound = new CancellationTokenSource(SmtpTransport.AttemptTimeout, clock);
        try
        {
            await client.SendAsync(message, bound.Token);
            return new SendOutcome(SendResult.Accepted, null);
        }
        catch (SmtpCommandException refused)
        {
            var result = (int)refused.StatusCode >= FirstPermanentStatus ? SendResult.RefusedForGood : SendResult.RefusedForNow;
            return new SendOutcome(result, SmtpTransport.Shorten($"The mail server refused it: {(int)refused.StatusCode} {refused.Message}"));
        }
        catch (Exception failure) when (SmtpTransport.IsOfConnection(failure))
        {
            return client.HasRecipient
                ? new SendOutcome(SendResult.Unknown, SmtpTransport.Shorten($"The connection ended before the mail server said that it has the mail: it may have been sent. ({failure.Message})"))
                : new SendOutcome(SendResult.RefusedForNow, SmtpTransport.Shorten($"The connection to the mail server ended: {failure.Message}"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (client.IsConnected)
            {
                using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(5), clock);
                await client.DisconnectAsync(quit: true, bound.Token);
            }
        }
        catch (Exception failure) when (SmtpTransport.IsOfConnection(failure))
        {
            // It is over either way.
        }

        client.Dispose();
    }

    /// <summary>Knows from when on a server can have the message: MailKit sends DATA once it has accepted the recipient.</summary>
    private sealed class WatchfulClient : SmtpClient
    {
        public bool HasRecipient { get; set; }

        protected override void OnRecipientAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
        {
            HasRecipient = true;
            base.OnRecipientAccepted(message, mailbox, response);
        }
    }
}
