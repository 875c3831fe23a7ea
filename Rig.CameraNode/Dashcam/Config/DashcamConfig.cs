namespace Rig.CameraNode.Dashcam.Config;

/// <summary>The file <c>/etc/camera_service/config.yaml</c>; keys are these names in snake_case. What the file leaves out has the default here.</summary>
internal sealed class DashcamConfig
{
    internal const string DefaultPath = "/etc/camera_service/config.yaml";

    public UploadConfig Upload { get; } = new();

    public CameraConfig Camera { get; } = new();

    public PathsConfig Paths { get; } = new();

    public ThresholdsConfig Thresholds { get; } = new();

    public PollConfig Poll { get; } = new();

    public PowerConfig Power { get; } = new();

    public PolicyConfig Policy { get; } = new();

    public CleanupConfig Cleanup { get; } = new();

    public RehearsalConfig Rehearsal { get; } = new();
}

internal sealed class UploadConfig
{
    /// <summary>rsync, or none: footage stays in the staging folder.</summary>
    public string Method { get; set; } = "rsync";

    public string Host { get; set; } = "192.168.1.203";

    public string User { get; set; } = "camera_uploader";

    public int Port { get; set; } = 22;

    public string DestPath { get; set; } = "/data/dashcam";

    public string SshKey { get; set; } = "/etc/camera_service/id_rsa";

    /// <summary>The host's key, as ssh-keyscan(1) writes it. A host that shows another is refused.</summary>
    public string KnownHosts { get; set; } = "/etc/camera_service/known_hosts";

    /// <summary>Given to rsync as they are. What deletes, and what chooses the connection, is Rig's own.</summary>
    public IReadOnlyList<string> RsyncFlags { get; set; } = ["-avz", "--partial", "--inplace"];

    /// <summary>
    /// True: the host is asked for SHA-256 of each file by a command over SSH. False, for an account that may run rsync alone: rsync compares
    /// checksums of whole files.
    /// </summary>
    public bool RemoteHash { get; set; } = true;

    /// <summary>The first pause before another try; each one after is twice as long.</summary>
    public double RetryDelaySeconds { get; set; } = 2;

    /// <summary>rsync is ended when no byte moved for so long.</summary>
    public int StallSeconds { get; set; } = 60;
}

internal sealed class CameraConfig
{
    /// <summary>As uhubctl and <c>/sys/bus/usb/devices</c> name it.</summary>
    public string HubLocation { get; set; } = "1-1";

    public int PortNumber { get; set; } = 1;

    /// <summary>The camera's volume is mounted at this path, a hyphen and the volume's id.</summary>
    public string MountBase { get; set; } = "/mnt/cam";

    /// <summary>Four hex digits, USB's idVendor; empty finds the camera by its place at the hub.</summary>
    public string Vendor { get; set; } = "";

    /// <summary>Four hex digits, USB's idProduct.</summary>
    public string Product { get; set; } = "";

    /// <summary>Folders of the camera's volume to copy; empty copies all of it.</summary>
    public IReadOnlyList<string> CopySubdirs { get; set; } = [];

    /// <summary>Of one copy; 0 sets no limit.</summary>
    public int TransferMaxFiles { get; set; }

    /// <summary>Of one copy, in bytes; 0 sets no limit. One file is copied whatever its size.</summary>
    public long TransferMaxBytes { get; set; }

    /// <summary>oldest, newest or largest first.</summary>
    public string TransferSelectStrategy { get; set; } = "oldest";

    /// <summary>Read every byte of every file at every copy, instead of samples of those whose name, size and time are known.</summary>
    public bool CompareFull { get; set; }
}

internal sealed class PathsConfig
{
    public string LocalStaging { get; set; } = "/var/lib/camera_service/staging";

    /// <summary>Empty logs to standard output only.</summary>
    public string LogPath { get; set; } = "/var/log/camera_service.log";

    /// <summary>Left free on the staging folder's file system.</summary>
    public long MinFreeBytes { get; set; } = 1L << 30;

    /// <summary>Of the staging folder's file system, after a copy.</summary>
    public double MaxUsedPercent { get; set; } = 90;
}

/// <summary>A battery is below a threshold when its percentage is less than it, not when it is equal.</summary>
internal sealed class ThresholdsConfig
{
    public double DisconnectPercent { get; set; } = 50;

    public double ShutdownPercent { get; set; } = 25;

    /// <summary>A battery that was below a threshold is above it again at the threshold and so much more.</summary>
    public double HysteresisPercent { get; set; } = 3;
}

internal sealed class PollConfig
{
    public double IntervalSeconds { get; set; } = 30;

    public double MountTimeoutSeconds { get; set; } = 20;

    /// <summary>Tries after the first.</summary>
    public int UploadRetries { get; set; } = 3;

    /// <summary>Between a power cut of the camera and its next start.</summary>
    public double DisconnectWaitSeconds { get; set; } = 10;

    /// <summary>Between two copies while the host stays reachable. A host that was away and is back again is copied for at once.</summary>
    public double CopyIntervalSeconds { get; set; } = 900;
}

internal sealed class PowerConfig
{
    /// <summary>lifepo4wered, battery_info, power_supply or nut.</summary>
    public string Source { get; set; } = PowerSources.Lifepo4wered;

    /// <summary>The program that prints the JSON of battery-info.sh.</summary>
    public string BatteryInfo { get; set; } = "/usr/lib/camera_service/battery-info.sh";

    /// <summary>Mains is there when the input has this many millivolts; the UPS's own VIN_THRESHOLD goes before.</summary>
    public double MainsMillivolts { get; set; } = 4498;

    /// <summary>The UPS's name in NUT.</summary>
    public string NutUps { get; set; } = "ups@localhost";
}

internal sealed class PolicyConfig
{
    /// <summary>
    /// copy_on_mains: mains ignores the thresholds, a reachable host is copied and uploaded to. record_on_mains: the camera records on mains,
    /// and is copied once on battery.
    /// </summary>
    public string Mode { get; set; } = DashcamPolicies.CopyOnMains;

    /// <summary>What the camera does after a copy: record or off.</summary>
    public string AfterCopy { get; set; } = PortStates.Record;

    /// <summary>How the camera is left when the service ends or the battery cannot be read: off or record.</summary>
    public string SafeState { get; set; } = PortStates.Off;
}

internal sealed class CleanupConfig
{
    /// <summary>Days that a file stays in the staging folder after it was verified at the host; 0 deletes it at once.</summary>
    public double BackupDays { get; set; }
}

/// <summary>For the demo and the tests, which have no such hardware; the start warns when a key is set.</summary>
internal sealed class RehearsalConfig
{
    public string SysRoot { get; set; } = "/sys";

    public string DeviceRoot { get; set; } = "/dev";

    /// <summary>The camera's power changes at most once in so long.</summary>
    public double PowerChangeSeconds { get; set; } = 60;

    internal bool IsSet => SysRoot != "/sys" || DeviceRoot != "/dev" || PowerChangeSeconds < 60;
}

internal static class PowerSources
{
    internal const string Lifepo4wered = "lifepo4wered";
    internal const string BatteryInfo = "battery_info";
    internal const string PowerSupply = "power_supply";
    internal const string Nut = "nut";
}

internal static class DashcamPolicies
{
    internal const string CopyOnMains = "copy_on_mains";
    internal const string RecordOnMains = "record_on_mains";
}

internal static class PortStates
{
    internal const string Record = "record";
    internal const string Off = "off";
}
