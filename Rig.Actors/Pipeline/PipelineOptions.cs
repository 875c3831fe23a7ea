namespace Rig.Actors.Pipeline;

public sealed class PipelineOptions
{
    public const string Section = "Rig:Pipeline";

    /// <summary>A session that is not complete is worked on with what there is, once nothing new came for this long.</summary>
    public TimeSpan QuietPeriod { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Stages this server works on at a time; 0 makes it one that only receives.</summary>
    public int Workers { get; set; } = 1;

    /// <summary>A worker that did not renew its session's lease for this long is taken for dead and its stage is given to another.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often an idle server asks for a session that another server works on.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Attempts at a stage before it waits for the operator.</summary>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Pause before the second attempt; doubled before each further one.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(10);
}
