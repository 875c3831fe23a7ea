using Rig.Actors.Pipeline;
using Rig.Domain.Messages;

namespace Rig.Ingest.Clips;

internal static class ClipServices
{
    public static IServiceCollection AddClips(this IServiceCollection services) => services.AddKeyedSingleton<IPipelineStage, ClipStage>(PipelineStage.Clips);
}
