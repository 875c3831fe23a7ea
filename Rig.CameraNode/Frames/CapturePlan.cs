using Rig.Domain.Frames;

namespace Rig.CameraNode.Frames;

/// <summary>When the next picture is taken and in which mode, by the configuration as it was last served. Pure; times are of a monotonic clock.</summary>
/// <param name="BurstId">The burst that is running or was last; -1 before the first.</param>
/// <param name="BurstEndsMs">When it ends by itself.</param>
internal sealed record CapturePlan(ServedConfig Config, long BurstId, long BurstEndsMs)
{
    public static readonly ServedConfig Defaults = new(30, 2, 15, 60, 0.3, 3, 3, 30_000, 500, 15_000, 60_000, 3, 3_000, 15_000, ServedConfig.Baseline, 0);

    public static readonly CapturePlan Start = new(Defaults, -1, long.MinValue);

    public bool IsBurst(long nowMs) => nowMs < BurstEndsMs;

    public TimeSpan IntervalAt(long nowMs) => TimeSpan.FromMilliseconds(IsBurst(nowMs) ? Config.BurstIntervalMs : Config.CaptureIntervalMs);

    /// <summary>While a burst is wanted or runs, the server is asked more often: it ends there.</summary>
    public TimeSpan PollAt(long nowMs) => TimeSpan.FromMilliseconds(Math.Clamp(IsBurst(nowMs) ? Math.Min(Config.PollIntervalMs, Config.BurstDurationMs / 3) : Config.PollIntervalMs, 200, 3_600_000));

    /// <summary>A burst lasts at most its length from the last time that it was wanted; a server that is gone does not keep it on.</summary>
    public CapturePlan With(ServedConfig config, long nowMs) => new(
        config,
        config.WantsBurst ? config.BurstId : BurstId,
        config.WantsBurst ? nowMs + config.BurstDurationMs : Math.Min(BurstEndsMs, nowMs));

    /// <returns>Null where it can be used; else what is wrong with it.</returns>
    public static string? Problem(ServedConfig config) =>
        config.CaptureIntervalMs is < 50 or > 86_400_000 || config.BurstIntervalMs is < 20 or > 60_000 || config.BurstDurationMs is < 0 or > 3_600_000 || config.PollIntervalMs < 0
            ? "The served configuration has intervals that no camera can keep."
            : null;
}
