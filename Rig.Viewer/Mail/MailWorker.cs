using Microsoft.Extensions.Options;
using Npgsql;

namespace Rig.Viewer.Mail;

/// <summary>Looks every few seconds for mail that is due, and says at the start whether mail is on.</summary>
internal sealed class MailWorker(MailDelivery delivery, IServiceScopeFactory scopes, IOptions<MailOptions> options, TimeProvider clock, ILogger<MailWorker> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.IsOn)
        {
            logger.LogInformation("Mail is off: Rig:Mail:Host is not set. Pages show the links that mails would bring.");
            return;
        }

        logger.LogInformation("Mail goes by {Host}:{Port} as {From}.", options.Value.Host, options.Value.Port, options.Value.FromAddress);
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException or TimeoutException)
            {
                logger.LogError(failure, "The mail queue could not be read; the next look is in {Seconds} s.", Interval.TotalSeconds);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await using (var scope = scopes.CreateAsyncScope())
        {
            var queue = scope.ServiceProvider.GetRequiredService<MailQueue>();
            if (await queue.FindAbandonedAsync(cancellationToken) is > 0 and var abandoned)
            {
                logger.LogWarning("{Mails} mails were being sent when the program stopped; they may have been sent. The mail log shows them.", abandoned);
            }

            await queue.ForgetOldAsync(cancellationToken);
        }

        await delivery.DrainAsync(cancellationToken);
    }
}
