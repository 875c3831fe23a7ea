
namespace Rig.CameraNode.Frames;

/// <summary>Configuration section <c>Rig:FrameDevice</c>: this machine as a still-frame camera. docs/guide/frames.md.</summary>
internal sealed class FrameDeviceOptions
{
    internal const string Section = "Rig:FrameDevice";

    private const int LeastFreeMb = 16;

    /// <summary>As the home server knows it.</summary>
    public string DeviceId { get; set; } = "";

    /// <summary>The home server, such as <c>http://192.168.1.10:8081</c>.</summary>
    public string Server { get; set; } = "";

    /// <summary>File whose first line is the device's key; readable by its owner alone.</summary>
    public string KeyFile { get; set; } = "/etc/rig-node/frame-device.key";

    /// <summary>Signs requests instead of sending the key.</summary>
    public bool Signs { get; set; }

    /// <summary>The spool and the count of pictures.</summary>
    public string StatePath { get; set; } = "/var/lib/rig-node/frames";

    public int JpegQuality { get; set; } = 85;

    /// <summary>Pictures that wait on disk take no more; then the oldest baseline pictures are dropped first, those of bursts last.</summary>
    public int MaxSpoolMb { get; set; } = 1024;

    /// <summary>Pictures in memory that wait for the disk.</summary>
    public int MaxFramesInMemory { get; set; } = 32;

    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>For one request.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>After the first failure; doubles, with some chance in it, up to <see cref="MaxRetryDelay"/>.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(1);

    internal static long LeastFreeBytes => LeastFreeMb << 20;

    internal long MaxSpoolBytes => (long)MaxSpoolMb << 20;

    internal IEnumerable<string> Errors()
    {
        if (!Domain.Frames.DeviceId.TryParse(DeviceId, out _))
        {
            yield return $"{Section}:DeviceId is '{DeviceId}'; use the device's id on the home server, such as pi-cam-1.";
        }

        if (!Uri.TryCreate(Server, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https") || server.PathAndQuery != "/")
        {
            yield return $"{Section}:Server is '{Server}'; use the home server's address, such as http://192.168.1.10:8081.";
        }

        if (!Path.IsPathFullyQualified(StatePath) || !Path.IsPathFullyQualified(KeyFile))
        {
            yield return $"{Section}:StatePath and KeyFile must be full paths.";
        }

        if (JpegQuality is < 1 or > 100)
        {
            yield return $"{Section}:JpegQuality must be 1 to 100.";
        }

        if (MaxSpoolMb is < 1 or > 1_000_000 || MaxFramesInMemory is < 1 or > 10_000)
        {
            yield return $"{Section}:MaxSpoolMb must be 1 to 1000000 and MaxFramesInMemory 1 to 10000.";
        }

        if (HeartbeatInterval < TimeSpan.FromSeconds(1) || RequestTimeout < TimeSpan.FromSeconds(1) || RequestTimeout > TimeSpan.FromMinutes(10) || RetryDelay < TimeSpan.FromMilliseconds(10) || MaxRetryDelay < RetryDelay)
        {
            yield return $"{Section}:HeartbeatInterval and RequestTimeout must be at least 00:00:01, RetryDelay at least 00:00:00.010 and MaxRetryDelay no less.";
        }
    }
}
