namespace Rig.Ingest.Frames;

internal sealed record FrameToCompare(Guid Capture, long Seq, DateTimeOffset At, LuminanceGrid Grid);

/// <summary>One picture more: compared, decided, remembered. Pure.</summary>
internal static class DeltaAnalysis
{
    public static (DeviceMemory Next, DeltaDecision Decision, double Score) Next(DeviceMemory memory, FrameToCompare frame, DeviceSetting setting)
    {
        var features = new GridFeatures(frame.Grid);
        var scores = FrameComparer.Compare(
            features,
            memory.Baseline is { } baseline ? new GridFeatures(baseline) : features,
            memory.Previous is { } previous ? new GridFeatures(previous) : features,
            new RegionMask(setting.Regions));
        var decision = DeltaMachine.Decide(memory.State, new Observation(frame.Capture, frame.Seq, frame.At, scores), setting.Settings, setting.RegionVersion);
        if (decision.Skipped is not null)
        {
            return (memory, decision, 0);
        }

        var next = decision.Baseline switch
        {
            BaselineStep.Replace => frame.Grid,
            BaselineStep.Blend when memory.Baseline is { } before => frame.Grid.BlendInto(before, setting.Settings.BaselineUpdateRate),
            _ => memory.Baseline ?? frame.Grid,
        };
        return (new DeviceMemory(decision.State, next, frame.Grid), decision, decision.State.Smoothed);
    }
}
