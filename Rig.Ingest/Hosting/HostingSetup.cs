using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Actors.Pipeline;
using Rig.Hosting.Configuration;
using Rig.Hosting.Observability;
using Rig.Ingest.Persistence;
using Rig.Ingest.Pipeline;
using Rig.Ingest.Pull;
using Rig.Ingest.Status;

namespace Rig.Ingest.Hosting;

internal static class HostingSetup
{
    public static IServiceCollection AddPipeline(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRigOptions<PipelineOptions>(PipelineOptions.Section)
            .Validate(o => o.QuietPeriod > TimeSpan.Zero, "Rig:Pipeline:QuietPeriod must be more than 0, such as 00:10:00.")
            .Validate(o => o.Workers is >= 0 and <= 64, "Rig:Pipeline:Workers must be 0 to 64.")
            .Validate(o => o.Lease >= TimeSpan.FromSeconds(1), "Rig:Pipeline:Lease must be at least 00:00:01.")
            .Validate(o => o.PollInterval >= TimeSpan.FromMilliseconds(10), "Rig:Pipeline:PollInterval must be at least 00:00:00.010.")
            .Validate(o => o.MaxAttempts is >= 1 and <= 100, "Rig:Pipeline:MaxAttempts must be 1 to 100.")
            .Validate(o => o.RetryDelay >= TimeSpan.Zero && o.RetryDelay <= TimeSpan.FromHours(1), "Rig:Pipeline:RetryDelay must be 0 to 01:00:00.");
        services.AddSingleton<IPipelineStore, PipelineStore>();
        services.AddSingleton<ISessionLeases, SessionLeases>();
        return services;
    }

    public static IServiceCollection AddPull(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRigOptions<PullOptions>(PullOptions.Section)
            .Validate(o => o.PollInterval >= TimeSpan.FromMilliseconds(10), "Rig:Pull:PollInterval must be at least 00:00:00.010.")
            .Validate(o => o.MaxConcurrentTakes is >= 1 and <= 64, "Rig:Pull:MaxConcurrentTakes must be 1 to 64.")
            .Validate(o => o.MaxConcurrentTakesPerNode is >= 1 and <= 64, "Rig:Pull:MaxConcurrentTakesPerNode must be 1 to 64.")
            .Validate(o => o.StallTimeout > TimeSpan.Zero, "Rig:Pull:StallTimeout must be more than 0.")
            .Validate(o => o.RetryDelay > TimeSpan.Zero && o.MaxRetryDelay >= o.RetryDelay, "Rig:Pull:RetryDelay must be more than 0 and at most Rig:Pull:MaxRetryDelay.")
            .Validate(o => o.MaxBytesPerSecond >= 0, "Rig:Pull:MaxBytesPerSecond must be 0 (no limit) or more.")
            .Validate(o => o.CutPause > TimeSpan.Zero && o.CutPause <= TimeSpan.FromMinutes(1), "Rig:Pull:CutPause must be more than 0 and at most 00:01:00.")
            .Validate(o => o.LeaseDuration >= TimeSpan.FromSeconds(1) && o.LeaseDuration <= TimeSpan.FromHours(1), "Rig:Pull:LeaseDuration must be 00:00:01 to 01:00:00.")
            .Validate(o => o.KeepPartsFor > TimeSpan.Zero, "Rig:Pull:KeepPartsFor must be more than 0, such as 14.00:00:00.");
        services.AddRigKey(NodeSet.Key).AddSingleton(NodeSet.FromConfiguration(configuration));
        services.AddSingleton<TransferBoard>();
        services.AddSingleton(provider => new NodeClient(
            new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(3), AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan },
            provider.GetRequiredService<IOptions<PullOptions>>(),
            provider.GetRequiredService<IOptions<Receive.ServerOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(TransferSetting.Default);
        services.AddSingleton<INode>(provider => provider.GetRequiredService<NodeClient>());
        services.AddSingleton<ITakeVault>(provider => provider.GetRequiredService<Storage.TakeStore>());
        services.AddSingleton<IPartStore, PartStore>();
        services.AddSingleton<BandwidthCap>();
        services.AddSingleton<PartSweep>();
        services.AddSingleton<PauseMark>();
        services.AddSingleton<OffloadApi>();
        services.AddSingleton<TakePull>();
        return services;
    }

    public static IServiceCollection AddStatus(this IServiceCollection services)
    {
        services.AddSingleton<StatusReader>();
        services.AddSingleton<JournalReader>();
        services.AddSingleton<SessionHistory>();
        services.AddMetricsRegistry();
        services.AddSingleton<IngestMetrics>();
        services.AddSingleton<StatusFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<StatusFeed>());
        return services;
    }

    /// <summary>The last of all services: what the actors use is there before them.</summary>
    public static IServiceCollection AddIngestActors(this IServiceCollection services)
    {
        services.AddSingleton<IngestActors>();
        services.AddHostedService<StageCheck>();
        services.AddAkka("ingest", LocalActors.Configure);
        services.AddSingleton(provider => new ClusterSystem(IngestCluster.For(provider), provider.GetRequiredService<ILoggerFactory>()));
        return services.AddHostedService(provider => provider.GetRequiredService<ClusterSystem>());
    }
}
