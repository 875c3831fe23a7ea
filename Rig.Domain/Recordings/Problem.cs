using System.Text.Json.Serialization;

namespace Rig.Domain.Recordings;

/// <summary>The numbers travel on the wire.</summary>
[JsonConverter(typeof(JsonNumberEnumConverter<ProblemLevel>))]
public enum ProblemLevel
{
    /// <summary>Not looked at.</summary>
    Ignore = 0,

    /// <summary>Shown, and recording goes ahead.</summary>
    Warn = 1,

    /// <summary>No recording starts while it lasts. A running one goes on.</summary>
    Refuse = 2,
}

/// <param name="Code">Stable, for programs: one of <see cref="ProblemCodes"/>.</param>
/// <param name="Message">For a parent at the touchline: what is wrong and what to do.</param>
public sealed record Problem(string Code, ProblemLevel Level, string Message);

public static class Problems
{
    /// <returns>False when one of them refuses the start.</returns>
    public static bool MayStart(this IEnumerable<Problem> problems) => problems.All(p => p.Level != ProblemLevel.Refuse);
}

public static class ProblemCodes
{
    public const string CameraMissing = "camera_missing";
    public const string StorageMissing = "storage_missing";
    public const string StorageLow = "storage_low";
    public const string BatteryCritical = "battery_critical";
    public const string BatteryLow = "battery_low";
    public const string TooHot = "too_hot";
    public const string ClockOffset = "clock_offset";
    public const string ClockUnknown = "clock_unknown";
    public const string ClockDisagrees = "clock_disagrees";
    public const string AlreadyRecording = "already_recording";
    public const string NotRecording = "not_recording";
    public const string SessionExists = "session_exists";
    public const string StartFailed = "start_failed";
    public const string StopFailed = "stop_failed";
    public const string Busy = "busy";
    public const string Silent = "silent";
    public const string NotReady = "not_ready";
    public const string ShuttingDown = "shutting_down";
}
