using Rig.Domain.Recordings;

namespace Rig.Actors.Recording;

/// <summary>What the node says by tones to people who do not look at a screen.</summary>
public enum Signal
{
    Startup,
    Start,
    Stop,
    Error,
    Warning,
    Sync,
    BatteryLow,
    BatteryCritical,
    TooHot,

    /// <summary>The pitch came into the picture; somebody aims the camera.</summary>
    FramingDetected,
    FramingGood,
    FramingLost,

    /// <summary>The aim was good for a while.</summary>
    FramingConfirmed,
}

/// <summary>The node's speaker. Never waits and never fails; a node without one stays silent.</summary>
public interface ISpeaker
{
    /// <param name="at">Node clock at which the tone begins; the past means now.</param>
    void Play(Signal signal, DateTimeOffset? at = null);
}

public static class Signals
{
    /// <summary>The tone for a problem that came up; null where a light on the page is enough.</summary>
    /// <param name="recording">Without a running take only what drains or heats the box is worth a tone.</param>
    public static Signal? For(Problem problem, bool recording) => problem.Code switch
    {
        ProblemCodes.BatteryLow => Signal.BatteryLow,
        ProblemCodes.BatteryCritical => Signal.BatteryCritical,
        ProblemCodes.TooHot => Signal.TooHot,
        _ when !recording => null,
        _ => problem.Level == ProblemLevel.Refuse ? Signal.Error : Signal.Warning,
    };
}
