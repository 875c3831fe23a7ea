using Rig.Actors.Pipeline;
using Rig.Domain.Messages;
using Rig.Hosting.Configuration;

namespace Rig.Ingest.Hosting;

/// <summary>Stops the start of a server that was put together without a stage, or with one twice.</summary>
internal sealed class StageCheck(IEnumerable<IPipelineStage> stages) : IHostedService
{
    /// <exception cref="StartupException">A stage has no implementation, or two.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var stage in Enum.GetValues<PipelineStage>().Where(stage => stage >= PipelineStage.Aligned))
        {
            var count = stages.Count(candidate => candidate.Stage == stage);
            if (count != 1)
            {
                throw new StartupException($"The pipeline's stage {stage} has {count} implementations and needs one. This program was put together wrongly; install it again.");
            }
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
