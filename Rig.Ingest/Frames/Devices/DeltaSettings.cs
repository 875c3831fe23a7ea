using System.Text.Json.Serialization;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>
/// How one device takes pictures and what is made of them; set on its page, and in force from the next picture on. Names are snake_case
/// in the database and in the API.
/// </summary>
public sealed record DeltaSettings
{
    public double CaptureIntervalS { get; init; } = 30;

    public double BurstFps { get; init; } = 2;

    public double BurstDurationS { get; init; } = 15;

    public double BurstCooldownS { get; init; } = 60;

    public double PollIntervalS { get; init; } = 15;

    /// <summary>Of the smoothed score, 0 to 1, at which an interaction begins; 0.3 is about 0.5 % of the interaction region.</summary>
    public double InteractionThreshold { get; init; } = 0.3;

    /// <summary>Pictures in a row over the threshold that begin an interaction.</summary>
    public int InteractionMinFrames { get; init; } = 3;

    /// <summary>Below the threshold for this long ends it.</summary>
    public double InteractionEndTimeoutS { get; init; } = 3;

    /// <summary>Share of a new score in the smoothed one.</summary>
    public double Smoothing { get; init; } = 0.6;

    /// <summary>Of the inventory region's change, 0 to 1, at which the stock counts as changed.</summary>
    public double InventoryChangeThreshold { get; init; } = 0.3;

    /// <summary>Pictures in a row without movement that count as stable.</summary>
    public int StabilityFramesRequired { get; init; } = 2;

    /// <summary>Share of a stable, idle picture in the rolling baseline.</summary>
    public double BaselineUpdateRate { get; init; } = 0.3;

    /// <summary>Share of the whole picture that has to differ, without movement, for the camera to count as moved.</summary>
    public double ShiftThreshold { get; init; } = 0.2;

    /// <summary>Texture, as a share of the baseline's, below which the camera counts as covered.</summary>
    public double ObstructionThreshold { get; init; } = 0.3;

    /// <summary>Share of the inventory region that has anything in it below which it counts as empty.</summary>
    public double EmptyThreshold { get; init; } = 0.04;

    /// <summary>Event pictures show the inventory region alone; the rest is blurred before it is stored.</summary>
    public bool BlurOutsideInventoryRoi { get; init; }

    /// <param name="burstUntil">Until when a burst is wanted; null for never.</param>
    internal ServedConfig Serve(DateTimeOffset now, DateTimeOffset? burstUntil, long burstId)
    {
        var burst = burstUntil > now;
        return new ServedConfig(
            CaptureIntervalS, BurstFps, BurstDurationS, BurstCooldownS, InteractionThreshold, InteractionMinFrames, InteractionEndTimeoutS,
            Ms(CaptureIntervalS), Ms(1 / BurstFps), Ms(BurstDurationS), Ms(BurstCooldownS), InteractionMinFrames, Ms(InteractionEndTimeoutS), Ms(PollIntervalS),
            burst ? ServedConfig.Burst : ServedConfig.Baseline, burstId);
    }

    /// <returns>Every problem as a sentence.</returns>
    public IEnumerable<string> Errors()
    {
        foreach (var (name, value, least, most) in new[]
        {
            ("capture_interval_s", CaptureIntervalS, 0.1, 86_400),
            ("burst_fps", BurstFps, 0.1, 30),
            ("burst_duration_s", BurstDurationS, 1, 3600),
            ("burst_cooldown_s", BurstCooldownS, 0, 86_400),
            ("poll_interval_s", PollIntervalS, 0.2, 3600),
            ("interaction_threshold", InteractionThreshold, 0.01, 1),
            ("interaction_min_frames", InteractionMinFrames, 1, 100),
            ("interaction_end_timeout_s", InteractionEndTimeoutS, 0.1, 3600),
            ("smoothing", Smoothing, 0.05, 1),
            ("inventory_change_threshold", InventoryChangeThreshold, 0.01, 1),
            ("stability_frames_required", StabilityFramesRequired, 1, 100),
            ("baseline_update_rate", BaselineUpdateRate, 0.01, 1),
            ("shift_threshold", ShiftThreshold, 0.05, 1),
            ("obstruction_threshold", ObstructionThreshold, 0.01, 0.9),
            ("empty_threshold", EmptyThreshold, 0, 1),
        })
        {
            if (!(value >= least && value <= most))
            {
                yield return FormattableString.Invariant($"{name} must be {least} to {most}.");
            }
        }
    }

    private static long Ms(double seconds) => (long)Math.Round(seconds * 1000);
}

/// <summary>What a device's pictures are looked at with.</summary>
/// <param name="ConfigVersion">0 while nobody set anything.</param>
/// <param name="RegionVersion">0 while nobody drew anything.</param>
internal sealed record DeviceSetting(
    DeltaSettings Settings, int ConfigVersion, RegionSet Regions, int RegionVersion, DateTimeOffset? BurstUntil, long BurstId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(DeltaSettings))]
[JsonSerializable(typeof(RegionSet))]
internal sealed partial class SettingsJson : JsonSerializerContext;
