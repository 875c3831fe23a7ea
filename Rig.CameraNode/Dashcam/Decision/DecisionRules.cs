using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Usb;

namespace Rig.CameraNode.Dashcam.Decision;

/// <summary>What of the configuration the decision reads.</summary>
internal sealed record DecisionRules
{
    public double DisconnectPercent { get; init; } = 50;

    public double ShutdownPercent { get; init; } = 25;

    public double HysteresisPercent { get; init; } = 3;

    public bool RecordOnMains { get; init; }

    public PortMode AfterCopy { get; init; } = PortMode.Record;

    public PortMode SafeState { get; init; } = PortMode.Off;

    public TimeSpan CopyInterval { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The first pause after a failure; each further one in a row doubles it.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMinutes(1);

    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(30);

    public TimeSpan DetectTimeout { get; init; } = TimeSpan.FromSeconds(20);

    public bool Uploads { get; init; } = true;

    /// <summary>Ends after one round instead of going on.</summary>
    public bool Once { get; init; }

    internal static DecisionRules Of(DashcamConfig config, bool once) => new()
    {
        DisconnectPercent = config.Thresholds.DisconnectPercent,
        ShutdownPercent = config.Thresholds.ShutdownPercent,
        HysteresisPercent = config.Thresholds.HysteresisPercent,
        RecordOnMains = config.Policy.Mode == DashcamPolicies.RecordOnMains,
        AfterCopy = config.Policy.AfterCopy == PortStates.Record ? PortMode.Record : PortMode.Off,
        SafeState = config.Policy.SafeState == PortStates.Record ? PortMode.Record : PortMode.Off,
        CopyInterval = TimeSpan.FromSeconds(config.Poll.CopyIntervalSeconds),
        RetryDelay = TimeSpan.FromSeconds(Math.Max(config.Poll.IntervalSeconds, config.Rehearsal.PowerChangeSeconds)),
        DetectTimeout = TimeSpan.FromSeconds(config.Poll.MountTimeoutSeconds),
        Uploads = config.Upload.Method != "none",
        Once = once,
    };
}
