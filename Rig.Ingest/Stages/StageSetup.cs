using Rig.Actors.Pipeline;
using Rig.Domain.Messages;
using Rig.Ingest.Clips;
using Rig.Ingest.Detect;
using Rig.Ingest.Events;
using Rig.Ingest.Renditions;
using Rig.Ingest.Stitch;

namespace Rig.Ingest.Stages;

internal static class StageSetup
{
    /// <summary>Those that compute for minutes; what is published goes over the network and stays in the server.</summary>
    private static readonly PipelineStage[] Heavy = [PipelineStage.Aligned, PipelineStage.Stitched, PipelineStage.Detected, PipelineStage.Events, PipelineStage.Clips];

    /// <summary>The stages themselves, each under its name, as the stage process runs them.</summary>
    public static IServiceCollection AddStages(this IServiceCollection services, IConfiguration configuration) => services
        .AddStitch(configuration)
        .AddDetection(configuration)
        .AddEvents(configuration)
        .AddRenditions()
        .AddClips();

    /// <summary>The stages as the server has them: their settings are checked here, their work is done by processes.</summary>
    /// <param name="settings">The server's command line.</param>
    public static IServiceCollection AddStageProcesses(this IServiceCollection services, IConfiguration configuration, string[] settings)
    {
        services.AddStages(configuration);
        foreach (var stage in Heavy)
        {
            services.AddSingleton<IPipelineStage>(provider => new StageProcess(
                stage, Path.Combine(AppContext.BaseDirectory, "rig-ingest"), settings, provider.GetRequiredService<ILoggerFactory>()));
        }

        return services;
    }
}
