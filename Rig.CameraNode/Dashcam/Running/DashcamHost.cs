using System.Globalization;
using Rig.Actors.Hosting;
using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Copy;
using Rig.CameraNode.Dashcam.Decision;
using Rig.CameraNode.Dashcam.Mounts;
using Rig.CameraNode.Dashcam.Power;
using Rig.CameraNode.Dashcam.Processes;
using Rig.CameraNode.Dashcam.Staging;
using Rig.CameraNode.Dashcam.Upload;
using Rig.CameraNode.Dashcam.Usb;
using Serilog;
using Serilog.Events;

namespace Rig.CameraNode.Dashcam.Running;

/// <summary>Builds and runs the dashcam manager as a host with one actor system.</summary>
internal static class DashcamHost
{
    /// <summary>Within the unit's TimeoutStopSec of 30 s.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(25);

    /// <summary>The ports that act on this machine.</summary>
    internal static DashcamPorts RealPorts(DashcamConfig config, StagingFolder folder, Ledger ledger, CopySelection selection, IPowerSource power, IProcesses processes, TimeProvider time, ILoggerFactory loggers)
    {
        var mounts = new HostMounts(config, processes);
        var limit = new PowerOnLimit(
            folder.PowerPath, TimeSpan.FromSeconds(config.Rehearsal.PowerChangeSeconds), TimeSpan.FromSeconds(config.Poll.DisconnectWaitSeconds),
            PowerOnLimit.SinceBoot, PowerOnLimit.ThisBoot());
        var status = new StatusFile(folder.StatusPath, loggers.CreateLogger<StatusFile>());
        var upload = new UploadJob(
            config.Upload, config.Poll, config.Cleanup, folder, ledger, new Rsync(config.Upload, folder.Root, processes), new RemoteFiles(config.Upload, processes), time);
        var copyPorts = new CopyPorts(folder, ledger, StagingSpace.Of(folder.Root, config.Paths.MinFreeBytes, config.Paths.MaxUsedPercent), time);
        return new DashcamPorts(
            power, new HubPort(config, processes, mounts, limit, time), new SysfsSearch(config, time), mounts,
            new VolumeCopier(copyPorts, selection, config.Camera.CompareFull), new Uploads(upload), new SshProbe(config.Upload),
            new MachineOff(processes), time, () => ledger.Pending().Count, status.Write);
    }

    /// <returns>0: it ended as it was told to, everything unmounted and safe.</returns>
    internal static async Task<int> RunAsync(DashcamPorts ports, DashcamConfig config, DecisionRules rules, Serilog.ILogger logger, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddSerilog(logger);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout + TimeSpan.FromSeconds(3));
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        builder.Services.AddAkka("dashcam", (akka, services) => akka
            .AddHocon(RigConfig.Load("camera-node.conf", "node", []), HoconAddMode.Prepend)
            .WithLogging(services.GetRequiredService<ILoggerFactory>())
            .WithDashcamActor(ports, rules, TimeSpan.FromSeconds(config.Poll.IntervalSeconds), succeeded => ended.TrySetResult(succeeded)));

        // After the actors, so that it is stopped before them.
        builder.Services.AddHostedService(services => new Ending(services.GetRequiredService<IRequiredActor<DashcamActor>>(), ended.Task, services.GetRequiredService<IHostApplicationLifetime>()));
        using var host = builder.Build();
        await host.RunAsync(cancellationToken);
        return ended.Task is { IsCompletedSuccessfully: true, Result: true } ? 0 : 1;
    }

    internal static Serilog.Core.Logger Logger(string? logPath)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .Filter.ByExcluding(line => line.Level < LogEventLevel.Warning && line.RenderMessage(CultureInfo.InvariantCulture).StartsWith("CoordinatedShutdown", StringComparison.Ordinal))
            .WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}", formatProvider: CultureInfo.InvariantCulture);
        return (string.IsNullOrEmpty(logPath) ? configuration : configuration.WriteTo.Sink(new ReopenedFile(logPath))).CreateLogger();
    }

    private static AkkaConfigurationBuilder WithDashcamActor(this AkkaConfigurationBuilder builder, DashcamPorts ports, DecisionRules rules, TimeSpan interval, Action<bool> onEnded) =>
        builder.WithActors((system, registry) => registry.Register<DashcamActor>(system.ActorOf(DashcamActor.PropsOf(ports, rules, interval, onEnded), "dashcam")));

    /// <summary>A signal stops the camera's side first; an end by itself stops the host.</summary>
    private sealed class Ending(IRequiredActor<DashcamActor> dashcam, Task<bool> ended, IHostApplicationLifetime lifetime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            _ = ended.ContinueWith(_ => lifetime.StopApplication(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return Task.CompletedTask;
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            var actor = await dashcam.GetAsync(cancellationToken);
            actor.Tell(new DashcamProtocol.Stop());
            try
            {
                await ended.WaitAsync(StopTimeout, CancellationToken.None);
            }
            catch (TimeoutException)
            {
                // The exit code says it. What is mounted for reading only takes no harm.
            }
        }
    }

    private sealed class VolumeCopier(CopyPorts ports, CopySelection selection, bool compareFull) : ICopier
    {
        public CopyReport Run(string root, Action<CopyReport> onProgress, CancellationToken cancellationToken) =>
            new CopyJob(ports, selection, compareFull, onProgress).Run(root, cancellationToken);
    }

    private sealed class Uploads(UploadJob job) : IUploader
    {
        public Task<UploadReport> RunAsync(Action<UploadReport> onProgress, CancellationToken cancellationToken) => job.RunAsync(onProgress, cancellationToken);

        public void CleanUp() => job.CleanUp();
    }
}
