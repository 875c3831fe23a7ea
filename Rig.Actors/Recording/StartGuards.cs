using System.Globalization;
using Rig.Actors.Timing;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;

namespace Rig.Actors.Recording;

/// <summary>Decides whether a recording may start, each reason in words that a parent understands. Pure.</summary>
public static class StartGuards
{
    internal const string SelfTestRuns = "The camera is testing itself. It is ready again in a few seconds.";

    public static IReadOnlyList<Problem> Evaluate(
        CameraStatus camera, StorageStatus storage, SensorReading sensors, SyncStatus sync, GuardOptions options, double maxOffsetMs)
    {
        var problems = new List<Problem>();
        void Add(string code, ProblemLevel level, FormattableString message)
        {
            if (level != ProblemLevel.Ignore)
            {
                problems.Add(new Problem(code, level, message.ToString(CultureInfo.InvariantCulture)));
            }
        }

        ProblemLevel AtMostWarn(ProblemLevel level) => level == ProblemLevel.Ignore ? level : ProblemLevel.Warn;

        if (camera.Take is { Id.SessionId.IsSelfTest: true })
        {
            Add(ProblemCodes.Busy, ProblemLevel.Refuse, $"{SelfTestRuns}");
        }

        if (!camera.Detected)
        {
            Add(ProblemCodes.CameraMissing, options.Camera, $"The camera gives no picture. {camera.Problem ?? "Check its cable and switch this box off and on."}");
        }

        if (storage.Problem is not null || !storage.Writable)
        {
            Add(ProblemCodes.StorageMissing, options.Storage, $"The video disk cannot be written. {storage.Problem ?? "Check that the disk is plugged in."}");
        }
        else if (storage.EstimatedRecordingMinutes < options.MinRecordingMinutes)
        {
            Add(ProblemCodes.StorageLow, options.FreeSpace, $"The disk is full: only {storage.EstimatedRecordingMinutes:0} minutes fit. Copy the last matches home and delete them here.");
        }
        else if (storage.EstimatedRecordingMinutes < options.WarnRecordingMinutes)
        {
            Add(ProblemCodes.StorageLow, AtMostWarn(options.FreeSpace), $"Only {storage.EstimatedRecordingMinutes:0} minutes of video fit on the disk.");
        }

        if (sensors.Battery is { PowerPlugged: false } battery)
        {
            if (battery.Percent < options.BatteryCriticalPercent)
            {
                Add(ProblemCodes.BatteryCritical, options.Battery, $"The battery is almost empty ({battery.Percent:0} %). Plug in power.");
            }
            else if (battery.Percent < options.BatteryWarnPercent)
            {
                Add(ProblemCodes.BatteryLow, AtMostWarn(options.Battery), $"The battery is low ({battery.Percent:0} %).");
            }
        }

        if (sensors.TemperatureC is { } temperature)
        {
            if (temperature >= options.MaxTemperatureC)
            {
                Add(ProblemCodes.TooHot, options.Temperature, $"The box is too hot ({temperature:0} °C). Put it in the shade and let it cool.");
            }
            else if (temperature >= options.WarnTemperatureC)
            {
                Add(ProblemCodes.TooHot, AtMostWarn(options.Temperature), $"The box is warm ({temperature:0} °C). Shade would help.");
            }
        }

        if (sync.Confidence == SyncConfidence.Unknown)
        {
            Add(ProblemCodes.ClockUnknown, AtMostWarn(options.Clock), $"The clock could not be compared with the other cameras'. This camera can still record.");
        }
        else if (sync.OffsetMs is { } offset && Math.Abs(offset) > maxOffsetMs)
        {
            Add(ProblemCodes.ClockOffset, options.Clock, $"The clock is {Math.Abs(offset):0.0} ms off, more than the {maxOffsetMs:0.#} ms allowed. Wait a minute; it corrects itself.");
        }

        if (sync is { Source: "exchange", OffsetMs: { } measured, MasterAddress: { } master, Chrony: { Synchronised: true } chrony }
            && chrony.Reference.Length > 0 && master.Contains(chrony.Reference, StringComparison.Ordinal)
            && Math.Abs(measured - chrony.SystemOffsetMs) > maxOffsetMs)
        {
            Add(ProblemCodes.ClockDisagrees, AtMostWarn(options.Clock), $"Two ways of measuring the clock do not agree ({measured:0.0} ms and {chrony.SystemOffsetMs:0.0} ms). If it stays, switch this box off and on.");
        }

        return problems;
    }
}
