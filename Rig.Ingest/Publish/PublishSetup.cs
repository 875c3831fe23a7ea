using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Hosting.Configuration;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Publish;

public static class PublishSetup
{
    public static IServiceCollection AddPublish(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRigOptions<PublishOptions>(PublishOptions.Section)
            .Validate(
                o => o.ViewerUrl.Length == 0 || (Uri.TryCreate(o.ViewerUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"),
                "Rig:Push:ViewerUrl must be an address such as https://soccer.example.org, or empty.")
            .Validate(o => o.ViewerUrl.Length == 0 || o.ApiKey.Length > 0, "Rig:Push:ApiKey is empty. Set it to the key that the viewer shows, or leave Rig:Push:ViewerUrl empty.")
            .Validate(o => o.ViewerUrl.Length == 0 || o.TeamCode.Length > 0, "Rig:Push:TeamCode is empty. Set it to the viewer's team that may watch, or leave Rig:Push:ViewerUrl empty.")
            .Validate(o => o.ChunkBytes is > 0 and <= 64 << 20, "Rig:Push:ChunkBytes must be 1 to 67108864.")
            .Validate(o => o.MaxBarrenAttempts > 0, "Rig:Push:MaxBarrenAttempts must be 1 or more.");
        services.AddSingleton<IPipelineStage>(provider => new PublishStage(
            new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10) }) { Timeout = Timeout.InfiniteTimeSpan },
            provider.GetRequiredService<SessionFiles>(),
            provider.GetRequiredService<IOptions<PublishOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<PublishStage>>()));
        return services;
    }
}
