using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Rig.Actors.Gateway;
using Rig.Actors.Hosting;
using Rig.Actors.Membership;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using Rig.Actors.Timing;
using Rig.Actors.Transfer;
using Rig.CameraNode.Access;
using Rig.CameraNode.Api;
using Rig.CameraNode.Audio;
using Rig.CameraNode.Clock;
using Rig.CameraNode.Control;
using Rig.CameraNode.Framing;
using Rig.CameraNode.Installation;
using Rig.CameraNode.Modes;
using Rig.CameraNode.Network;
using Rig.CameraNode.Peers;
using Rig.CameraNode.Power;
using Rig.CameraNode.SelfTest;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Status;
using Rig.CameraNode.Storage;
using Rig.CameraNode.Updates;
using Rig.CameraNode.Upload;
using Rig.Hosting.Configuration;
using Rig.Hosting.Observability;
using Rig.Hosting.Trust;

namespace Rig.CameraNode.Hosting;

internal static class NodeServices
{
    /// <summary>Boxes are switched on by hand, one after the other.</summary>
    internal static readonly TimeSpan FirstSeedTimeout = TimeSpan.FromSeconds(10);

    /// <summary>All that the node's actors and routes need, but for the camera, its storage and the actors themselves.</summary>
    public static IServiceCollection AddCameraNode(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddChecked<NodeOptions>(NodeOptions.Section, o => o.Errors());
        services.AddChecked<RigSessionOptions>(RigSessionOptions.Section, o => o.Errors());
        services.AddChecked<SyncOptions>(SyncOptions.Section, o => o.Errors());
        services.AddChecked<GuardOptions>(GuardOptions.Section, o => o.Errors());
        services.AddChecked<UpdateOptions>(UpdateOptions.Section, o => o.Errors());

        services.AddChecked<AudioOptions>(AudioOptions.Section, o => o.Errors());
        services.AddChecked<ProbeOptions>(ProbeOptions.Section, o => o.Errors());
        services.AddChecked<PowerOptions>(PowerOptions.Section, _ => []);

        services.AddChecked<AccessPointOptions>(AccessPointOptions.Section, o => o.Errors());
        services.AddSingleton<INetworkManager, Nmcli>();
        services.AddSingleton<AccessPoint>();
        services.AddRigTrust(NodeTrust.Folder, NodeTrust.Errors);
        services.AddChecked<PeerOptions>(PeerOptions.Section, o => o.Errors());
        services.AddSingleton<PeerList>();
        services.AddSingleton<PeerHttp>();
        services.AddSingleton<PeerCalls>();
        services.AddSingleton<FleetApi>();

        services.AddSingleton<PublishedNode>();
        services.AddSingleton<PublishedRig>();
        services.TryAddSingleton<PreviewFeed>();
        services.AddSingleton(s => s.GetRequiredService<StoragePorts>().Catalogue);
        services.AddSingleton<RecordingsApi.Shelf>();
        services.AddSingleton<ISpeaker, AlsaSpeaker>();
        services.AddSingleton<IMachinePower, MachinePower>();
        services.AddSingleton<PreviewApi>();
        services.AddSingleton<PeerPreview>();
        services.AddNodeAccess();
        services.TryAddSingleton<IRecordingFiles, PosixRecordingFiles>();
        services.TryAddSingleton(s => new CameraIdentity(s.GetRequiredService<IOptions<NodeOptions>>().Value.Camera));
        services.AddSingleton<IVideoDecoder, FfmpegDecoder>();
        services.AddSingleton<SelfTestRunner>();
        services.AddSingleton<OfferedModes>();
        services.AddSingleton<FramingWatch>();
        services.AddSingleton<FramingAssist>();
        services.AddSingleton<MasterClock>();
        services.AddSingleton<IChrony>(new Chronyc());
        services.AddSingleton<ISensors>(s => new LinuxSensors(s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<StatusReader>();
        services.AddMetricsRegistry(s => new() { ["camera_id"] = s.GetRequiredService<CameraIdentity>().Id.Value });
        services.AddSingleton<RecorderMetrics>();
        services.AddSingleton<NodeMetrics>();
        services.AddUpdates();
        services.AddSingleton(s =>
        {
            var node = s.GetRequiredService<IOptions<NodeOptions>>().Value;
            var guards = s.GetRequiredService<IOptionsMonitor<GuardOptions>>();
            var sync = s.GetRequiredService<IOptionsMonitor<SyncOptions>>();
            var trust = s.GetRequiredService<RigTrust>();
            return new CameraNodePorts(
                node.Camera, node.BaseUrl, node.Master,
                s.GetRequiredService<ICaptureLauncher>(), s.GetRequiredService<StoragePorts>(), s.GetRequiredService<ISensors>(), s.GetRequiredService<IChrony>(),
                s.GetRequiredService<MasterClock>(), s.GetRequiredService<PublishedNode>(), () => guards.CurrentValue, () => sync.CurrentValue,
                s.GetRequiredService<ISpeaker>(), s.GetRequiredService<FramingWatch>().Snapshot)
            {
                Notes = new SessionNotes(s.GetRequiredService<ISessionNoteFile>(), s.GetRequiredService<IOptions<RigSessionOptions>>().Value.ResumeWithin),
                MachineUrl = () => trust.IsEnrolled ? node.MachineUrlAt(trust.Options.MachinePort) : null,
            };
        });

        services.AddUpload();
        return services;
    }

    private static void AddUpdates(this IServiceCollection services)
    {
        services.AddSingleton(s => new UpdateHistory(
            Path.Combine(Path.GetDirectoryName(Path.GetFullPath(s.GetRequiredService<IOptions<NodeOptions>>().Value.ConfigPath))!, "update_history.json"),
            s.GetRequiredService<ILogger<UpdateHistory>>(),
            Path.Combine(s.GetRequiredService<IOptions<UpdateOptions>>().Value.InstallPath, ReturnJournal.FileName)));
        services.TryAddSingleton(ReleaseKeys.OfThisBuild);
        services.AddSingleton(s => new Updater(
            new HttpClient(), s.GetRequiredService<IOptionsMonitor<UpdateOptions>>(), s.GetRequiredService<ReleaseKeys>(), NodeVersion.Current,
            s.GetRequiredService<UpdateHistory>(), s.GetRequiredService<TimeProvider>()));
    }

    /// <summary>The local actor system. Services are stopped in reverse: this one after the cluster's. Its running take is sealed before it ends.</summary>
    public static IServiceCollection AddNodeActors(this IServiceCollection services)
    {
        services.AddAkka("node", NodeActors.Configure);
        services.AddSingleton<INodeControl>(s => new NodeActors(
            s.GetRequiredService<IRequiredActor<CameraActor>>(), s.GetRequiredService<IRequiredActor<UploadActor>>(), s.GetService<ClusterSystem>()));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(40));
        return services;
    }

    /// <summary>The cluster actor system beside it.</summary>
    public static IServiceCollection AddCluster(this IServiceCollection services)
    {
        var founder = new LateFounder(FirstSeedTimeout);
        services.AddSingleton(s => new ClusterSystem(builder => NodeCluster.Configure(builder, s, founder), s.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<TrustChanged>(s => s.GetRequiredService<ClusterSystem>().Renew);
        services.AddSingleton<MachineNeighbours>(s => () => s.GetRequiredService<PublishedRig>().Current?.View.Cameras.Select(camera => camera.Report?.MachineUrl).OfType<string>() ?? []);
        return services.AddHostedService(s => s.GetRequiredService<ClusterSystem>());
    }
}
