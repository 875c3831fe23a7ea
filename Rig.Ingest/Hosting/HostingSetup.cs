using Rig.Actors.Hosting;
using Rig.Actors.Pipeline;
using Rig.Hosting.Configuration;
using Rig.Hosting.Observability;
using Rig.Hosting.Trust;
using Rig.Ingest.Api;
using Rig.Ingest.Persistence;
using Rig.Ingest.Pipeline;
using Rig.Ingest.Pull;
using Rig.Ingest.Settings;
using Rig.Ingest.Status;
using Rig.Ingest.Storage;
using Rig.Ingest.Upload;

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

    public static IServiceCollection AddUpload(this IServiceCollection services)
    {
        services.AddRigOptions<ServerOptions>(ServerOptions.Section)
            .Validate(o => o.Port is >= 0 and <= 65535, "Rig:Server:Port must be 0 to 65535.")
            .Validate(o => o.OlderRigsPort is >= 0 and <= 65535 && (o.OlderRigsPort == 0 || o.OlderRigsPort != o.Port), "Rig:Server:OlderRigsPort must be 0 for none, or a port other than Rig:Server:Port, such as 5100.")
            .Validate(o => o.MaxUploadSizeGb is > 0 and <= 1_000_000, "Rig:Server:MaxUploadSizeGb must be more than 0.")
            .Validate(o => o.UploadTimeoutSec is > 0 and <= 2_000_000, "Rig:Server:UploadTimeoutSec must be more than 0 seconds.")
            .Validate(o => o.MaxConcurrentUploads is >= 1 and <= 10_000, "Rig:Server:MaxConcurrentUploads must be 1 to 10000.")
            .Validate(o => o.UploadLifetime >= TimeSpan.FromHours(1) && o.UploadLifetime <= TimeSpan.FromDays(365), "Rig:Server:UploadLifetime must be 01:00:00 to 365 days, such as 7.00:00:00.")
            .Validate(o => o.MinBytesPerSecond is > 0 and <= 1_000_000, "Rig:Server:MinBytesPerSecond must be 1 to 1000000.")
            .Validate(o => o.StallSec is >= 2 and <= 3600, "Rig:Server:StallSec must be 2 to 3600 seconds.")
            .Validate(o => o.ClusterPort is >= 0 and <= 65535, "Rig:Server:ClusterPort must be 0 to 65535.");
        services.AddSingleton<ActiveUploads>();
        services.AddSingleton<UploadTurns>();
        services.AddSingleton<UploadCore>();
        services.AddSingleton<UnfinishedUploads>();
        services.AddSingleton<UploadAppender>();
        services.AddSingleton<ResumableUploads>();
        services.AddSingleton<ChunkedUploads>();
        services.AddSingleton<TakeConfirmation>();
        services.AddHostedService<UploadSweeper>();
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
        services.AddSingleton<INodeLines, NodeLines>();
        services.AddSingleton<NodeClient>();
        services.AddSingleton(TransferSetting.Default);
        services.AddSingleton<INode>(provider => provider.GetRequiredService<NodeClient>());
        services.AddSingleton<ITakeVault>(provider => provider.GetRequiredService<TakeStore>());
        services.AddSingleton<IPartStore, PartStore>();
        services.AddSingleton<BandwidthCap>();
        services.AddSingleton<PartSweep>();
        services.AddSingleton<PauseMark>();
        services.AddSingleton<TakePull>();
        return services;
    }

    public static IServiceCollection AddStatus(this IServiceCollection services)
    {
        services.AddSingleton<StatusReader>();
        services.AddSingleton<LegacySessions>();
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
        services.AddSingleton<TrustChanged>(provider => provider.GetRequiredService<ClusterSystem>().Renew);
        services.AddSingleton<MachineNeighbours>(provider => () => provider.GetRequiredService<TransferBoard>().Nodes.Select(node => node.NodeUrl).Where(url => url.StartsWith("https:", StringComparison.Ordinal)));
        return services.AddHostedService(provider => provider.GetRequiredService<ClusterSystem>());
    }
}
