using Rig.Actors.Pipeline;

namespace Rig.Ingest.Events;

internal static class EventServices
{
    public static IServiceCollection AddEvents(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<EventOptions>().Bind(configuration.GetSection(EventOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<IPipelineStage, EventStage>();
    }
}
