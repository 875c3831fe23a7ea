using Rig.Domain.Identity;

namespace Rig.Actors.Recording;

/// <param name="Detected">The capture process runs and delivers pictures.</param>
/// <param name="Problem">One sentence for a parent, null while all is well.</param>
/// <param name="Take">The running take, a self-test's too.</param>
/// <param name="EncodeFps">Frames encoded in the last full second of a take, 0 outside.</param>
/// <param name="Encoder">Which encoder works; null while none does.</param>
/// <param name="Fallback">Why mode or codec are not those wanted, each step; null when they are.</param>
public sealed record CameraStatus(
    bool Detected,
    string Model,
    int Width,
    int Height,
    int Fps,
    string Codec,
    double BitrateMbps,
    string? Problem,
    TakeProgress? Take,
    double EncodeFps = 0,
    string? Encoder = null,
    string? Fallback = null)
{
    /// <param name="wanted">By the settings; shown until a process says what it delivers.</param>
    internal static CameraStatus Of(CaptureView capture, CaptureFormat wanted, TakeProgress? take, double encodeFps) => capture.Mode is { } mode
        ? new(!capture.IsCameraLost, mode.Model, mode.Width, mode.Height, mode.Fps, mode.Codec, wanted.BitrateMbps, capture.Problem, take, encodeFps, mode.Encoder, mode.Fallback)
        : new(false, "none", wanted.Width, wanted.Height, wanted.Fps, wanted.Codec, wanted.BitrateMbps, capture.Problem, take, encodeFps);
}

/// <summary>Frames a second of the running take, over the last full second.</summary>
internal readonly record struct EncodeRate(TakeId? TakeId, TimeSpan SinceAt, long SinceFrames, double Fps)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    /// <param name="now">Of any monotonic clock, always the same one.</param>
    public EncodeRate Next(TakeProgress? take, TimeSpan now) => take switch
    {
        null => default,
        _ when take.Id != TakeId => new(take.Id, now, take.Frames, 0),
        _ when now - SinceAt < Window => this,
        _ => new(TakeId, now, take.Frames, Math.Round((take.Frames - SinceFrames) / (now - SinceAt).TotalSeconds, 1)),
    };
}
