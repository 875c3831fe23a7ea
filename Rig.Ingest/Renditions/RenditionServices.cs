using Rig.Hosting.Configuration;

namespace Rig.Ingest.Renditions;

internal static class RenditionServices
{
    public static IServiceCollection AddRenditions(this IServiceCollection services)
    {
        services.AddChecked<RenditionOptions>(RenditionOptions.Section, options => options.Errors());
        services.AddSingleton<RenditionMaker>();
        return services;
    }
}
