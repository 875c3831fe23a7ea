using Rig.Actors.Pipeline;

namespace Rig.Ingest.Clips;

internal static class ClipServices
{
    public static IServiceCollection AddClips(this IServiceCollection services) => services.AddSingleton<IPipelineStage, ClipStage>();
}
