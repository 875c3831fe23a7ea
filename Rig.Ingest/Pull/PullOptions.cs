namespace Rig.Ingest.Pull;

public sealed class PullOptions
{
    public const string Section = "Rig:Pull";

    /// <summary>Nodes are asked this often; members of the cluster also when they appear.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    public int MaxConcurrentTakes { get; set; } = 3;

    public int MaxConcurrentTakesPerNode { get; set; } = 1;

    /// <summary>All transfers together; 0 sets no limit.</summary>
    public long MaxBytesPerSecond { get; set; }

    /// <summary>A transfer that brings nothing for this long is cut and taken up again.</summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause after the first cut connection in a row, doubled with each further one up to ten times as long.</summary>
    public TimeSpan CutPause { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Pause after the first failure of a take; doubled with each further one up to <see cref="MaxRetryDelay"/>.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Of servers that share storage and database, another one goes on with a take this long after its server died.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A half-pulled file that nothing was added to for this long is deleted.</summary>
    public TimeSpan KeepPartsFor { get; set; } = TimeSpan.FromDays(14);
}
