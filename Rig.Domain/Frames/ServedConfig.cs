using System.Text.Json.Serialization;

namespace Rig.Domain.Frames;

/// <summary>
/// How a device takes pictures, as the server serves it: the seconds that its first server of this kind served, and the milliseconds
/// that its specification names. Both say the same.
/// </summary>
/// <param name="CaptureIntervalS">Between two pictures while nothing happens.</param>
/// <param name="BurstFps">Pictures a second in a burst.</param>
/// <param name="BurstDurationS">Longest burst without being asked for again.</param>
/// <param name="BurstCooldownS">At least between the end of a burst and the next.</param>
/// <param name="InteractionThreshold">Of the smoothed score, 0 to 1, at which an interaction begins.</param>
/// <param name="InteractionMinFrames">Pictures in a row over the threshold that begin one.</param>
/// <param name="InteractionEndTimeoutS">Below the threshold for this long ends it.</param>
/// <param name="PollIntervalMs">How often to ask for this.</param>
/// <param name="CaptureMode"><c>baseline</c> or <c>burst</c>: what the server wants now.</param>
/// <param name="BurstId">Changes with every burst that is asked for.</param>
public sealed record ServedConfig(
    double CaptureIntervalS,
    double BurstFps,
    double BurstDurationS,
    double BurstCooldownS,
    double InteractionThreshold,
    int InteractionMinFrames,
    double InteractionEndTimeoutS,
    long CaptureIntervalMs,
    long BurstIntervalMs,
    long BurstDurationMs,
    long BurstCooldownMs,
    int MinFrames,
    long EndTimeoutMs,
    long PollIntervalMs,
    string CaptureMode,
    long BurstId)
{
    public const string Baseline = "baseline";
    public const string Burst = "burst";

    [JsonIgnore]
    public bool WantsBurst => CaptureMode == Burst;
}

/// <param name="Version">Of the settings; goes up with every change.</param>
/// <param name="LastSeq">The highest number of a picture that the server has of this device; -1 for none. A device that forgot its own count goes on after it.</param>
/// <param name="ServerTs">The server's clock.</param>
public sealed record DeviceConfigReply(bool Ok, string DeviceId, ServedConfig Config, int Version, long LastSeq, DateTimeOffset ServerTs);
