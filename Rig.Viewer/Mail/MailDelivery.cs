using Rig.Viewer.Storage;

namespace Rig.Viewer.Mail;

/// <summary>Sends what is due. Any number of programs may do so beside each other: a mail is leased by one.</summary>
internal sealed class MailDelivery(IServiceScopeFactory scopes, SmtpTransport transport, MailBodies bodies, ILogger<MailDelivery> logger)
{
    private static readonly SendOutcome Unreadable = new(SendResult.RefusedForGood, "Its text cannot be read any more: the keys in Rig:Viewer:KeysPath are others now.");

    /// <summary>Until none is due or the server cannot be reached.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        SmtpConnection? connection = null;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await using var scope = scopes.CreateAsyncScope();
                var queue = scope.ServiceProvider.GetRequiredService<MailQueue>();
                if (await queue.LeaseAsync(cancellationToken) is not { } mail)
                {
                    return;
                }

                try
                {
                    connection ??= await transport.ConnectAsync(cancellationToken);
                }
                catch (MailUnreachableException unreachable)
                {
                    await queue.SettleAsync(mail, new SendOutcome(SendResult.RefusedForNow, unreachable.Message), MailState.Waiting);
                    logger.LogWarning("Mail {MailId} was put off. {Problem}", mail.Id, unreachable.Message);
                    return;
                }

                if (!await SendAsync(queue, connection, mail, cancellationToken))
                {
                    await connection.DisposeAsync();
                    connection = null;
                }
            }
        }
        finally
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }
        }
    }

    /// <returns>False when the connection should not be used further.</returns>
    private async Task<bool> SendAsync(MailQueue queue, SmtpConnection connection, OutgoingMail mail, CancellationToken cancellationToken)
    {
        if (mail.Body is not { } body || bodies.Open(body) is not { } text)
        {
            await queue.SettleAsync(mail, Unreadable, MailState.Waiting);
            return true;
        }

        var message = transport.Message(mail, text);
        if (!await queue.SendingAsync(mail, cancellationToken))
        {
            return true;
        }

        var outcome = await connection.SendAsync(message);
        await queue.SettleAsync(mail, outcome, MailState.Sending);
        if (outcome.Problem is { } problem)
        {
            logger.LogWarning("Mail {MailId}, attempt {Attempt}: {Problem}", mail.Id, mail.Attempts, problem);
        }

        return outcome.Result == SendResult.Accepted;
    }
}
