using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Copy;
using Rig.CameraNode.Dashcam.Mounts;
using Rig.CameraNode.Dashcam.Power;
using Rig.CameraNode.Dashcam.Processes;
using Rig.CameraNode.Dashcam.Upload;
using Rig.CameraNode.Dashcam.Usb;

namespace Rig.CameraNode.Dashcam.Running;

/// <summary>
/// Ports that do nothing but say what the real ones would do. They assume a full battery, a reachable host, a camera that appears and one new file; no
/// program runs, no file is written, nothing is sent.
/// </summary>
internal sealed class DryRun(DashcamConfig config, Action<string> say) : IPowerSource, IUsbPort, ICameraSearch, IMounts, ICopier, IUploader, IHostProbe, IMachineOff
{
    private const string PretendedId = "DRYRUN";
    private int staged;
    private bool powered;

    public string? Program => null;

    internal int PendingFiles => staged;

    internal DashcamPorts Ports(TimeProvider time) => new(this, this, this, this, this, this, this, this, time, () => staged, _ => { });

    Task<PowerAnswer> IPowerSource.ReadAsync(CancellationToken cancellationToken)
    {
        Would(config.Power.Source switch
        {
            PowerSources.Lifepo4wered => "run lifepo4wered-cli get",
            PowerSources.BatteryInfo => $"run {config.Power.BatteryInfo}",
            PowerSources.Nut => $"run upsc {config.Power.NutUps}",
            _ => "read /sys/class/power_supply",
        });
        return Task.FromResult(PowerAnswer.Of(100, mains: false));
    }

    Task<bool> IHostProbe.IsReachableAsync(CancellationToken cancellationToken)
    {
        Would(FormattableString.Invariant($"connect to {config.Upload.Host}:{config.Upload.Port}"));
        return Task.FromResult(true);
    }

    Task<PortAnswer> IUsbPort.SetAsync(PortMode mode, CancellationToken cancellationToken)
    {
        var authorized = $"{config.Rehearsal.SysRoot}/bus/usb/devices/{config.Camera.HubLocation}/authorized";
        Would($"write {(mode == PortMode.Data ? 1 : 0)} to {authorized}");
        if (mode == PortMode.Off)
        {
            Would($"run {HubPort.OffCall(config.Camera)}");
            powered = false;
        }
        else if (!powered)
        {
            Would($"run {HubPort.OnCall(config.Camera)}");
            powered = true;
        }

        return Task.FromResult(new PortAnswer(null));
    }

    Task<CameraDevice?> ICameraSearch.FindAsync(CancellationToken cancellationToken)
    {
        Would(FormattableString.Invariant($"wait up to {config.Poll.MountTimeoutSeconds} s for the camera's block device"));
        return Task.FromResult<CameraDevice?>(new CameraDevice($"{config.Rehearsal.DeviceRoot}/sda1", $"{config.Camera.HubLocation}.{config.Camera.PortNumber}", PretendedId));
    }

    Task<string> IMounts.MountAsync(CameraDevice device, CancellationToken cancellationToken)
    {
        var path = $"{config.Camera.MountBase}-{PretendedId}";
        Would($"run mount -t vfat -o ro,nosuid,nodev,noexec,utf8 {device.Node} {path}");
        return Task.FromResult(path);
    }

    IReadOnlyList<string> IMounts.Mounted() => [];

    Task<IReadOnlyList<string>> IMounts.UnmountAllAsync(CancellationToken cancellationToken)
    {
        Would($"run umount for every {config.Camera.MountBase}-* that is mounted");
        return Task.FromResult<IReadOnlyList<string>>([]);
    }

    CopyReport ICopier.Run(string root, Action<CopyReport> onProgress, CancellationToken cancellationToken)
    {
        Would($"copy what is new below {root} to {config.Paths.LocalStaging} and compare SHA-256");
        staged = 1;
        return new CopyReport { Copied = 1 };
    }

    async Task<UploadReport> IUploader.RunAsync(Action<UploadReport> onProgress, CancellationToken cancellationToken)
    {
        var processes = new Saying(Would);
        await new Rsync(config.Upload, config.Paths.LocalStaging, processes).SendAsync(["FILES"], cancellationToken);
        Would(config.Upload.RemoteHash
            ? $"ask {config.Upload.Host} over ssh for the SHA-256 of each file"
            : $"let rsync compare checksums with {config.Upload.Host}");
        Would(config.Cleanup.BackupDays > 0
            ? FormattableString.Invariant($"delete verified files from {config.Paths.LocalStaging} after {config.Cleanup.BackupDays} days")
            : $"delete verified files from {config.Paths.LocalStaging}");
        staged = 0;
        return new UploadReport(1, 0, 0, null);
    }

    void IUploader.CleanUp()
    {
    }

    Task<string?> IMachineOff.ShutDownAsync(CancellationToken cancellationToken)
    {
        Would("run shutdown -h now");
        return Task.FromResult<string?>(null);
    }

    private void Would(string what) => say("would " + what);

    private sealed class Saying(Action<string> would) : IProcesses
    {
        public Task<ProgramResult> RunAsync(ProgramCall call, CancellationToken cancellationToken)
        {
            would($"run {call}");
            return Task.FromResult(new ProgramResult(0, default, "", null));
        }

        public string? Find(string program) => null;
    }
}
