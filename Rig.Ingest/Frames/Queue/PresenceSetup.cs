using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Rig.Ingest.Detect;

namespace Rig.Ingest.Frames;

internal static class PresenceSetup
{
    /// <summary>Lets the model of the matches, where one is configured, count people in still pictures as well.</summary>
    public static IServiceCollection AddLearnedPresence(this IServiceCollection services) => services.Replace(ServiceDescriptor.Singleton<IPresenceDetector>(provider =>
        provider.GetRequiredService<IOptions<DetectOptions>>().Value.ModelSettings() is { } settings
            ? new LearnedPresence(settings, provider.GetRequiredService<ILogger<LearnedPresence>>())
            : new NoPresenceDetector()));
}
