using Rig.Actors.Pipeline;
using Rig.Domain.Messages;
using Rig.Hosting.Configuration;

namespace Rig.Ingest.Events;

internal static class EventServices
{
    public static IServiceCollection AddEvents(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRigOptions<EventOptions>(EventOptions.Section).ValidateDataAnnotations();
        return services.AddKeyedSingleton<IPipelineStage, EventStage>(PipelineStage.Events);
    }
}
