using Rig.Actors.Recording;

namespace Rig.CameraNode.Framing;

/// <summary>Which tone helps somebody who moves a camera and does not look at a screen. Pure.</summary>
/// <param name="Status">Of the last picture; null before the first.</param>
/// <param name="GoodSince">Null while it is not good.</param>
/// <param name="Confirmed">It was good long enough; told once, until it is lost again.</param>
internal sealed record FramingCues(string? Status, DateTimeOffset? GoodSince, bool Confirmed, DateTimeOffset? SoundedAt)
{
    public static readonly FramingCues None = new(null, null, false, null);

    private static readonly TimeSpan ConfirmAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <param name="status">One of <see cref="FramingStatus"/>.</param>
    public (FramingCues Next, Signal? Sound) See(string status, DateTimeOffset now)
    {
        var (good, wasGood) = (IsGood(status), IsGood(Status));
        var since = good ? GoodSince ?? now : (DateTimeOffset?)null;
        var next = this with { Status = status, GoodSince = since, Confirmed = Confirmed && good };
        if (good && !Confirmed && now - since >= ConfirmAfter)
        {
            return (next with { Confirmed = true, SoundedAt = now }, Signal.FramingConfirmed);
        }

        var sound = good && !wasGood ? Signal.FramingGood
            : !good && wasGood ? Signal.FramingLost
            : Status == FramingStatus.NoField && status != FramingStatus.NoField ? Signal.FramingDetected
            : (Signal?)null;
        return sound is null || now - SoundedAt < Pause ? (next, null) : (next with { SoundedAt = now }, sound);
    }

    private static bool IsGood(string? status) => status is FramingStatus.Good or FramingStatus.Excellent;
}
