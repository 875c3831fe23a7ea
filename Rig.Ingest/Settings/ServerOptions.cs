namespace Rig.Ingest.Settings;

public sealed class ServerOptions
{
    public const string Section = "Rig:Server";

    public string Host { get; set; } = "0.0.0.0";

    /// <summary>0 takes any free port; for tests.</summary>
    public int Port { get; set; } = 8081;

    /// <summary>A second port with the same routes, where older rigs look for their processing server (5100); 0 for none.</summary>
    public int OlderRigsPort { get; set; }

    /// <summary>Largest recording that is accepted by upload or pulled from a node.</summary>
    public double MaxUploadSizeGb { get; set; } = 50;

    /// <summary>A whole upload may take this long.</summary>
    public int UploadTimeoutSec { get; set; } = 3600;

    /// <summary>More uploads at once are told to come back (503). Each takes at most some 3 MB of memory.</summary>
    public int MaxConcurrentUploads { get; set; } = 32;

    /// <summary>An unfinished upload that nobody goes on with for so long is deleted.</summary>
    public TimeSpan UploadLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>A sender slower than this on average is cut off (408), so that dead connections do not pile up.</summary>
    public int MinBytesPerSecond { get; set; } = 1024;

    /// <summary>For so long a sender may be slower, or send nothing at all.</summary>
    public int StallSec { get; set; } = 20;

    /// <summary>Address under which the camera nodes reach this server's actors; empty stays out of their cluster and only polls <c>Rig:Nodes</c>.</summary>
    public string ClusterHost { get; set; } = "";

    public int ClusterPort { get; set; } = 4053;

    /// <summary><c>host:port</c> of nodes through which the cluster is joined; empty makes this server the first of its cluster.</summary>
    public string[] SeedNodes { get; set; } = [];

    /// <summary>Folder for log files in compact JSON (CLEF); empty logs to the console alone, which systemd keeps.</summary>
    public string? LogPath { get; set; }

    public long MaxUploadBytes => (long)(MaxUploadSizeGb * 1e9);
}
