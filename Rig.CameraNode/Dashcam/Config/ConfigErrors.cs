using System.Text.RegularExpressions;

namespace Rig.CameraNode.Dashcam.Config;

/// <summary>What a configuration may not say, each rule with the key that breaks it.</summary>
internal static partial class ConfigErrors
{
    private const double DaySeconds = 86_400;

    /// <summary>They delete at the wrong time, write elsewhere, or change the connection, which is checked by the host's key.</summary>
    private static readonly string[] RefusedFlags =
        ["--remove-s", "--del", "--rsh", "--rsync-path", "--files-from", "--from0", "--dry-run", "--list-only", "--daemon", "--backup", "--suffix", "--existing", "--ignore-e", "--max-", "--min-", "--exclude", "--include", "--filter", "--no-r", "--no-R", "--log-file", "--write-batch", "--only-write-batch", "--read-batch", "--compare-dest", "--copy-dest", "--link-dest", "--temp-dir", "--config"];

    internal static IEnumerable<string> Of(DashcamConfig c)
    {
        List<string> errors = [];
        void Check(bool holds, string sentence)
        {
            if (!holds)
            {
                errors.Add(sentence);
            }
        }

        void Between(string key, double value, double least, double most) =>
            Check(value >= least && value <= most, FormattableString.Invariant($"'{key}' is {least} to {most}, not {value}."));

        void OneOf(string key, string value, params string[] known) => Check(known.Contains(value), $"'{key}' is {string.Join(" or ", known)}, not '{value}'.");

        void Absolute(string key, string value) => Check(
            value.StartsWith('/') && value.Length > 1 && !value.Any(char.IsControl) && !value.Split('/').Contains(".."), $"'{key}' is to be an absolute path without '..', not '{value}'.");

        OneOf("upload.method", c.Upload.Method, "rsync", "none");
        Check(Host().IsMatch(c.Upload.Host), $"'upload.host' is a name or an address, not '{c.Upload.Host}'.");
        Check(User().IsMatch(c.Upload.User), $"'upload.user' is a user's name, not '{c.Upload.User}'.");
        Between("upload.port", c.Upload.Port, 1, 65_535);
        Absolute("upload.dest_path", c.Upload.DestPath);
        Absolute("upload.ssh_key", c.Upload.SshKey);
        Absolute("upload.known_hosts", c.Upload.KnownHosts);
        foreach (var flag in c.Upload.RsyncFlags)
        {
            // A bundle of letters too: n is a dry run, e and M take what follows them, b, u and x leave files out or change names.
            Check(
                flag.StartsWith("--", StringComparison.Ordinal) ? flag.Length > 2 && !RefusedFlags.Any(refused => flag.StartsWith(refused, StringComparison.Ordinal)) : ShortFlags().IsMatch(flag),
                $"'upload.rsync_flags' may not hold '{flag}': it names no flag, or one that Rig sets itself.");
        }

        Between("upload.retry_delay_seconds", c.Upload.RetryDelaySeconds, 0.01, 3600);
        Between("upload.stall_seconds", c.Upload.StallSeconds, 1, 3600);

        Check(HubLocation().IsMatch(c.Camera.HubLocation), $"'camera.hub_location' is a hub's place such as 1-1 or 1-1.4, not '{c.Camera.HubLocation}'.");
        Between("camera.port_number", c.Camera.PortNumber, 1, 15);
        Absolute("camera.mount_base", c.Camera.MountBase);
        Check(c.Camera.Vendor.Length == 0 || FourHex().IsMatch(c.Camera.Vendor), $"'camera.vendor' is four hex digits, not '{c.Camera.Vendor}'.");
        Check(c.Camera.Product.Length == 0 || FourHex().IsMatch(c.Camera.Product), $"'camera.product' is four hex digits, not '{c.Camera.Product}'.");
        Check(c.Camera.Product.Length == 0 || c.Camera.Vendor.Length > 0, "'camera.product' wants 'camera.vendor' too.");
        foreach (var folder in c.Camera.CopySubdirs)
        {
            Check(folder.Length > 0 && !folder.StartsWith('/') && !folder.Split('/').Contains(".."), $"'camera.copy_subdirs' holds folders of the camera's volume, not '{folder}'.");
        }

        Between("camera.transfer_max_files", c.Camera.TransferMaxFiles, 0, int.MaxValue);
        Between("camera.transfer_max_bytes", c.Camera.TransferMaxBytes, 0, 1L << 50);
        OneOf("camera.transfer_select_strategy", c.Camera.TransferSelectStrategy, "oldest", "newest", "largest");

        Absolute("paths.local_staging", c.Paths.LocalStaging);
        if (c.Paths.LogPath.Length > 0)
        {
            Absolute("paths.log_path", c.Paths.LogPath);
        }

        Between("paths.min_free_bytes", c.Paths.MinFreeBytes, 0, 1L << 50);
        Between("paths.max_used_percent", c.Paths.MaxUsedPercent, 1, 100);
        Check(
            !Below(c.Paths.LocalStaging, c.Camera.MountBase) && !c.Paths.LocalStaging.StartsWith(c.Camera.MountBase + "-", StringComparison.Ordinal),
            "'paths.local_staging' lies where the camera is mounted ('camera.mount_base').");

        Between("thresholds.disconnect_percent", c.Thresholds.DisconnectPercent, 0, 100);
        Between("thresholds.shutdown_percent", c.Thresholds.ShutdownPercent, 0, 100);
        Check(
            c.Thresholds.ShutdownPercent <= c.Thresholds.DisconnectPercent,
            FormattableString.Invariant($"'thresholds.shutdown_percent' ({c.Thresholds.ShutdownPercent}) is above 'thresholds.disconnect_percent' ({c.Thresholds.DisconnectPercent})."));
        Between("thresholds.hysteresis_percent", c.Thresholds.HysteresisPercent, 0, 50);

        Between("poll.interval_seconds", c.Poll.IntervalSeconds, c.Rehearsal.IsSet ? 0.05 : 1, 3600);
        Between("poll.mount_timeout_seconds", c.Poll.MountTimeoutSeconds, 0.1, 600);
        Between("poll.upload_retries", c.Poll.UploadRetries, 0, 100);
        Between("poll.disconnect_wait_seconds", c.Poll.DisconnectWaitSeconds, 0, 600);
        Between("poll.copy_interval_seconds", c.Poll.CopyIntervalSeconds, c.Rehearsal.IsSet ? 0 : 60, DaySeconds);

        OneOf("power.source", c.Power.Source, PowerSources.Lifepo4wered, PowerSources.BatteryInfo, PowerSources.PowerSupply, PowerSources.Nut);
        Absolute("power.battery_info", c.Power.BatteryInfo);
        Between("power.mains_millivolts", c.Power.MainsMillivolts, 1, 60_000);
        Check(NutName().IsMatch(c.Power.NutUps), $"'power.nut_ups' is a name such as ups@localhost, not '{c.Power.NutUps}'.");

        OneOf("policy.mode", c.Policy.Mode, DashcamPolicies.CopyOnMains, DashcamPolicies.RecordOnMains);
        OneOf("policy.after_copy", c.Policy.AfterCopy, PortStates.Record, PortStates.Off);
        OneOf("policy.safe_state", c.Policy.SafeState, PortStates.Off, PortStates.Record);
        Between("cleanup.backup_days", c.Cleanup.BackupDays, 0, 3650);

        Absolute("rehearsal.sys_root", c.Rehearsal.SysRoot);
        Absolute("rehearsal.device_root", c.Rehearsal.DeviceRoot);
        Between("rehearsal.power_change_seconds", c.Rehearsal.PowerChangeSeconds, 0, 3600);
        return errors;
    }

    private static bool Below(string path, string folder) => path == folder || path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    [GeneratedRegex(@"\A(?!-)[A-Za-z0-9_.:-]{1,253}\z")]
    private static partial Regex Host();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.-]{0,63}\z")]
    private static partial Regex User();

    [GeneratedRegex(@"\A[0-9]{1,3}-[0-9]{1,2}(\.[0-9]{1,2}){0,6}\z")]
    private static partial Regex HubLocation();

    [GeneratedRegex(@"\A[0-9a-fA-F]{4}\z")]
    private static partial Regex FourHex();

    [GeneratedRegex(@"\A(?!-)[A-Za-z0-9_.@:-]{1,253}\z")]
    private static partial Regex NutName();

    [GeneratedRegex(@"\A-[avztpogrlDhPqcWSHAXEyNU48]+\z")]
    private static partial Regex ShortFlags();
}
