using Rig.Domain.Recordings;

namespace Rig.Actors.Recording;

/// <summary>What keeps a recording from starting, and what is only worth a warning.</summary>
public sealed class GuardOptions
{
    public const string Section = "Rig:Guards";

    public ProblemLevel Camera { get; set; } = ProblemLevel.Refuse;

    public ProblemLevel Storage { get; set; } = ProblemLevel.Refuse;

    public ProblemLevel FreeSpace { get; set; } = ProblemLevel.Refuse;

    public ProblemLevel Battery { get; set; } = ProblemLevel.Refuse;

    public ProblemLevel Temperature { get; set; } = ProblemLevel.Refuse;

    public ProblemLevel Clock { get; set; } = ProblemLevel.Refuse;

    /// <summary>Less recording time than this does not start.</summary>
    public double MinRecordingMinutes { get; set; } = 5;

    /// <summary>Less recording time than this is worth a warning: a youth match with its break.</summary>
    public double WarnRecordingMinutes { get; set; } = 100;

    public double BatteryCriticalPercent { get; set; } = 10;

    public double BatteryWarnPercent { get; set; } = 20;

    public double MaxTemperatureC { get; set; } = 85;

    public double WarnTemperatureC { get; set; } = 75;

    public IEnumerable<string> Errors()
    {
        if (MinRecordingMinutes is not (>= 0 and <= 600))
        {
            yield return $"{Section}:MinRecordingMinutes is {MinRecordingMinutes}; use 0 to 600.";
        }

        if (WarnRecordingMinutes is not (>= 0 and <= 6000))
        {
            yield return $"{Section}:WarnRecordingMinutes is {WarnRecordingMinutes}; use 0 to 6000.";
        }

        if (BatteryCriticalPercent is not (>= 0 and <= 100))
        {
            yield return $"{Section}:BatteryCriticalPercent is {BatteryCriticalPercent}; use 0 to 100.";
        }

        if (BatteryWarnPercent < BatteryCriticalPercent || BatteryWarnPercent > 100)
        {
            yield return $"{Section}:BatteryWarnPercent is {BatteryWarnPercent}; use BatteryCriticalPercent to 100.";
        }

        if (MaxTemperatureC is not (>= 40 and <= 120))
        {
            yield return $"{Section}:MaxTemperatureC is {MaxTemperatureC}; use 40 to 120 degrees.";
        }

        if (WarnTemperatureC > MaxTemperatureC || WarnTemperatureC < 30)
        {
            yield return $"{Section}:WarnTemperatureC is {WarnTemperatureC}; use 30 to MaxTemperatureC.";
        }
    }
}
