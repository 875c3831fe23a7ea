using System.Threading.Channels;
using Npgsql;

namespace Rig.Viewer.Accounts.Links;

/// <summary>
/// Addresses that asked for a new password. They are looked up after the page has answered, so that neither its words nor its time
/// tell who has an account. Bounded: beyond it requests are dropped, and people ask again. A restart forgets them, too.
/// </summary>
internal sealed class ResetRequests(IServiceScopeFactory scopes, ILogger<ResetRequests> logger) : BackgroundService
{
    private const int MaxWaiting = 1000;

    private readonly Channel<string> waiting = Channel.CreateBounded<string>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Add(string email) => waiting.Writer.TryWrite(email);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var email in waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<PasswordResets>().MailAsync(email, stoppingToken);
            }
            catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException or TimeoutException)
            {
                logger.LogError(failure, "A request for a new password could not be handled; the person has to ask again.");
            }
        }
    }
}
