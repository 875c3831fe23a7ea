using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rig.Hosting.Hosts;

namespace Rig.Actors.Hosting;

/// <summary>
/// Keeps a node's clustered actor system running. Each incarnation has a host of its own: when the others took this node for dead,
/// or it found itself on the smaller side of a broken network, that host ends and a new one is made after a while. What else
/// the process does goes on meanwhile.
/// </summary>
/// <param name="configure">Configuration and actors of one incarnation; null where this process stays out of every cluster.</param>
public sealed class ClusterSystem(Action<AkkaConfigurationBuilder>? configure, ILoggerFactory loggers) : BackgroundService
{
    public const string Name = "rig";

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(5);

    private readonly ILogger log = loggers.CreateLogger<ClusterSystem>();
    private volatile ActorSystem? current;

    /// <summary>The incarnation that runs; null while there is none.</summary>
    public ActorSystem? Current => current;

    /// <summary>The running incarnation's actor that is registered as <typeparamref name="TKey"/>; nobody while there is none.</summary>
    public IActorRef Find<TKey>() => current is { } system && ActorRegistry.For(system).TryGet<TKey>(out var actor) ? actor : ActorRefs.Nobody;

    /// <summary>Ends the running incarnation, so that a new one is made: no connection of the old one stays, and the newest certificate is used.</summary>
    public void Renew() => _ = current?.Terminate();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (configure is null)
        {
            return;
        }

        var pause = ShortestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var host = CreateHost(configure);
                await host.StartAsync(stoppingToken);
                var system = host.Services.GetRequiredService<ActorSystem>();
                current = system;
                await Task.WhenAny(system.WhenTerminated, Task.Delay(Timeout.Infinite, stoppingToken));
                current = null;
                await StopAsync(host, stoppingToken.IsCancellationRequested);
                if (!stoppingToken.IsCancellationRequested)
                {
                    pause = system.Uptime > Healthy ? ShortestPause : pause;
                    log.LogWarning("The cluster system ended. All else goes on; a new one is made in {Pause}.", pause);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                log.LogError(e, "The cluster system could not be made. All else goes on; another try in {Pause}.", pause);
            }

            await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private IHost CreateHost(Action<AkkaConfigurationBuilder> configure) => new HostBuilder()
        .ConfigureServices(services => services
            .AddSingleton(loggers)
            .AddSingleton<IHostLifetime, InnerLifetime>()
            .AddAkka(Name, (builder, _) => configure(builder)))
        .Build();

    private async Task StopAsync(IHost host, bool leaving)
    {
        using var timeout = new CancellationTokenSource(LeaveTimeout);
        try
        {
            await host.StopAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (leaving)
        {
            log.LogWarning("The cluster was not left within {Timeout}; the others will notice.", LeaveTimeout);
        }
    }
}
