using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Mail;

internal enum SendResult
{
    Accepted,

    /// <summary>The server said no, or was not reached before it could have the message.</summary>
    RefusedForNow,
    RefusedForGood,

    /// <summary>The connection ended after the server could have the message and before it said so.</summary>
    Unknown,
}

/// <param name="Problem">As a sentence; null when it was accepted.</param>
internal sealed record SendOutcome(SendResult Result, string? Problem);

/// <summary>Speaks to the SMTP server, by MailKit.</summary>
internal sealed class SmtpTransport(IOptions<MailOptions> options, TimeProvider clock)
{
    /// <summary>For connecting, and for sending.</summary>
    public static readonly TimeSpan AttemptTimeout = TimeSpan.FromMinutes(2);

    private const int MaxProblemLength = 300;

    /// <exception cref="MailUnreachableException">No server there, no TLS, or it does not know the password.</exception>
    public async Task<SmtpConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var mail = options.Value;
        var connection = new SmtpConnection(clock);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timeout = clock.CreateTimer(_ => bound.Cancel(), null, AttemptTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            var tls = mail.Tls switch { MailTls.Tls => SecureSocketOptions.SslOnConnect, MailTls.None => SecureSocketOptions.None, _ => SecureSocketOptions.StartTls };
            await connection.Client.ConnectAsync(mail.Host, mail.Port, tls, bound.Token);
            if (mail.User.Length > 0)
            {
                await connection.Client.AuthenticateAsync(mail.User, mail.Password, bound.Token);
            }

            return connection;
        }
        catch (Exception failure) when (IsOfConnection(failure) && !cancellationToken.IsCancellationRequested)
        {
            await connection.DisposeAsync();
            throw new MailUnreachableException(Shorten($"The mail server {mail.Host}:{mail.Port} could not be used: {failure.Message}"), failure);
        }
    }

    public MimeMessage Message(OutgoingMail mail, MailText text)
    {
        var message = new MimeMessage { MessageId = mail.MessageId, Subject = text.Subject, Date = mail.CreatedAt };
        message.From.Add(new MailboxAddress(options.Value.FromName, options.Value.FromAddress));
        message.To.Add(new MailboxAddress(mail.ToName, mail.ToAddress));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        if (text.Unsubscribe is { } unsubscribe)
        {
            // RFC 8058: one click in the mail program posts there.
            message.Headers.Add(HeaderId.ListUnsubscribe, $"<{unsubscribe}>");
            message.Headers.Add(HeaderId.ListUnsubscribePost, "List-Unsubscribe=One-Click");
        }

        message.Body = new BodyBuilder { TextBody = text.Text, HtmlBody = text.Html }.ToMessageBody();
        return message;
    }

    internal static bool IsOfConnection(Exception failure) =>
        failure is SmtpCommandException or SmtpProtocolException or AuthenticationException or SslHandshakeException or NotSupportedException
            or IOException or SocketException or TimeoutException or OperationCanceledException or InvalidOperationException or MailKit.ServiceNotConnectedException;

    internal static string Shorten(string problem)
    {
        var line = string.Concat(problem.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length > MaxProblemLength ? line[..MaxProblemLength] : line;
    }
}

internal sealed class MailUnreachableException(string message, Exception inner) : Exception(message, inner);
