using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Actors.Pipeline;
using Rig.Actors.Sessions;
using Rig.Ingest.Pull;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Hosting;

/// <summary>
/// The server's own actor system: pipeline and pull. It is no part of the cluster, so nothing that happens there interrupts a
/// transfer or a stage.
/// </summary>
internal sealed class LocalActors(IServiceProvider services, IngestActors actors, TakeNotices notices, ILoggerFactory loggers) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private ActorSystem? system;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var stages = CheckStages(services.GetServices<IPipelineStage>());
        system = ActorSystem.Create("ingest", ConfigurationFactory.ParseString("akka { loggers = [], stdout-loglevel = OFF, actor.provider = local }"));
        LogBridgeActor.Attach(system, loggers);
        actors.Pull = system.ActorOf(PullProps(services), "pull");
        actors.Pipeline = system.ActorOf(
            PipelineActor.PropsFor(
                services.GetRequiredService<IWorkQueue>(),
                services.GetRequiredService<CameraSet>().Cameras,
                stages,
                services.GetRequiredService<IOptions<PipelineOptions>>().Value,
                services.GetRequiredService<TimeProvider>(),
                $"{Environment.MachineName}:{Environment.ProcessId}"),
            "pipeline");
        notices.Received += Tell;
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        notices.Received -= Tell;
        if (system is not null)
        {
            await system.Terminate().WaitAsync(Patience, cancellationToken);
        }
    }

    private void Tell(SessionId session) => actors.Pipeline.Tell(new PipelineProtocol.TakeReceived(session));

    private static Props PullProps(IServiceProvider services)
    {
        var (client, pull, board) = (services.GetRequiredService<NodeClient>(), services.GetRequiredService<TakePull>(), services.GetRequiredService<TransferBoard>());
        var (options, server) = (services.GetRequiredService<IOptions<PullOptions>>(), services.GetRequiredService<IOptions<Receive.ServerOptions>>());
        var (nodes, time, log) = (services.GetRequiredService<NodeSet>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<PullActor>>());
        var (sweep, pauseMark) = (services.GetRequiredService<PartSweep>(), services.GetRequiredService<PauseMark>());
        return Props.Create(() => new PullActor(client, pull, sweep, pauseMark, board, options, server, nodes, time, log));
    }

    /// <exception cref="StartupException">A stage has no implementation, or two.</exception>
    private static List<IPipelineStage> CheckStages(IEnumerable<IPipelineStage> registered)
    {
        var stages = registered.ToList();
        foreach (var stage in Enum.GetValues<PipelineStage>().Where(stage => stage >= PipelineStage.Aligned))
        {
            var count = stages.Count(candidate => candidate.Stage == stage);
            if (count != 1)
            {
                throw new StartupException($"The pipeline's stage {stage} has {count} implementations and needs one. This program was put together wrongly; install it again.");
            }
        }

        return stages;
    }
}
