using Microsoft.Extensions.Options;
using Npgsql;
using Rig.Viewer.Mail;

namespace Rig.Viewer.Notices;

/// <summary>Looks every minute whose digest is due; what is due stands in the database.</summary>
internal sealed class DigestWorker(IServiceScopeFactory scopes, IOptions<MailOptions> options, TimeProvider clock, ILogger<DigestWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.IsOn)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var digests = scope.ServiceProvider.GetRequiredService<Digests>();
                foreach (var userId in await digests.DueAsync(stoppingToken))
                {
                    await digests.WriteAsync(userId, stoppingToken);
                }
            }
            catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException or TimeoutException)
            {
                logger.LogError(failure, "Digests could not be written; the next look is in a minute.");
            }
        }
    }
}
