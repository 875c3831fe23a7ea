using System.Globalization;
using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Ingest.Pull;
using Rig.Ingest.Receive;

namespace Rig.Ingest.Hosting;

/// <summary>
/// Keeps this server a member of the cameras' cluster, where it learns of finished takes. When the cluster system ends, for
/// instance on the smaller side of a broken network, a new one joins after a while.
/// </summary>
internal sealed class ClusterHost(IngestActors actors, IOptions<ServerOptions> server, IOptions<PullOptions> pull, ILoggerFactory loggers) : BackgroundService
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(5);

    private readonly ILogger log = loggers.CreateLogger<ClusterHost>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (server.Value.ClusterHost.Length == 0)
        {
            return;
        }

        for (var pause = ShortestPause; !stoppingToken.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                using var system = Start();
                actors.ClusterSystem = system;
                try
                {
                    await system.WhenTerminated.WaitAsync(stoppingToken);
                }
                catch (OperationCanceledException)
                {
                    await LeaveAsync(system);
                    return;
                }
                finally
                {
                    actors.ClusterSystem = null;
                }

                log.LogWarning("The cluster system ended. Transfers and stages go on; it is joined again in {Pause}.", pause);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogError(e, "The cluster could not be joined; another try in {Pause}. Nodes in Rig:Nodes are asked all the same.", pause);
            }

            await Task.Delay(pause, stoppingToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private ActorSystem Start()
    {
        var system = ActorSystem.Create("rig", Configuration(server.Value));
        try
        {
            LogBridgeActor.Attach(system, loggers);
            system.ActorOf(DiscoveryActor.PropsFor(actors.Pull, pull), "discovery");
            return system;
        }
        catch
        {
            system.Dispose();
            throw;
        }
    }

    private async Task LeaveAsync(ActorSystem system)
    {
        try
        {
            await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(LeavePatience);
        }
        catch (TimeoutException)
        {
            log.LogWarning("The cluster was not left within {Patience}; the others will notice.", LeavePatience);
        }
    }

    internal static Config Configuration(ServerOptions options)
    {
        var self = string.Create(CultureInfo.InvariantCulture, $"{options.ClusterHost}:{options.ClusterPort}");
        var seeds = options.SeedNodes.Length > 0 ? options.SeedNodes : [self];
        var overrides = $"""
            akka.remote.dot-netty.tcp.hostname = {Quote(options.ClusterHost)}
            akka.remote.dot-netty.tcp.port = {options.ClusterPort.ToString(CultureInfo.InvariantCulture)}
            akka.cluster.seed-nodes = [{string.Join(", ", seeds.Select(seed => Quote("akka.tcp://rig@" + seed)))}]
            """;
        var file = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "hocon", "ingest.conf"));
        return ConfigurationFactory.ParseString(overrides).WithFallback(ConfigurationFactory.ParseString(file).GetConfig("rig"));
    }

    private static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
