using Rig.Hosting.Configuration;

namespace Rig.Actors.Sessions;

public sealed class RigSessionOptions
{
    public const string Section = "Rig:Session";

    /// <summary>From the order to the common start; every camera must have opened its file and encoder by then.</summary>
    public TimeSpan StartLead { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>From the order to the common stop.</summary>
    public TimeSpan StopLead { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a camera may take to say whether it is ready.</summary>
    [FormerName("ReadinessPatience")]
    public TimeSpan ReadinessTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long after the common start or stop a camera may take to report that it happened.</summary>
    [FormerName("CommandPatience")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>A camera not heard from for this long counts as offline. It goes on recording by itself.</summary>
    public TimeSpan OfflineAfter { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Between two attempts to start a camera that fell out of the running session.</summary>
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A session that was cut off on all cameras at once, by a loss of power for instance, goes on by itself when a camera comes back within this
    /// time; zero never lets it.
    /// </summary>
    public TimeSpan ResumeWithin { get; set; } = TimeSpan.FromMinutes(15);

    public IEnumerable<string> Errors()
    {
        (string Name, TimeSpan Value, double MinSec, double MaxSec)[] spans =
        [
            (nameof(StartLead), StartLead, 0.2, 30),
            (nameof(StopLead), StopLead, 0, 10),
            (nameof(ReadinessTimeout), ReadinessTimeout, 0.2, 30),
            (nameof(CommandTimeout), CommandTimeout, 1, 60),
            (nameof(OfflineAfter), OfflineAfter, 1, 60),
            (nameof(RetryInterval), RetryInterval, 1, 60),
            (nameof(ResumeWithin), ResumeWithin, 0, 3600),
        ];
        return spans
            .Where(s => s.Value.TotalSeconds < s.MinSec || s.Value.TotalSeconds > s.MaxSec)
            .Select(s => $"{Section}:{s.Name} is {s.Value}; use {TimeSpan.FromSeconds(s.MinSec)} to {TimeSpan.FromSeconds(s.MaxSec)}.");
    }
}
