using Rig.Domain.Identity;

namespace Rig.Actors.Recording;

/// <summary>What others know of the capture process.</summary>
/// <param name="IsRunning">There is one, or one is being started.</param>
/// <param name="Mode">What it delivers; null while it is not ready.</param>
/// <param name="IsCameraLost">It is opening its camera again.</param>
/// <param name="Problem">One sentence for a parent, null while all is well.</param>
/// <param name="Busy">The take that it was given and has not ended.</param>
internal sealed record CaptureView(bool IsRunning, CaptureMode? Mode, bool IsCameraLost, string? Problem, TakeId? Busy)
{
    public static readonly CaptureView Starting = new(false, null, false, "The camera is starting.", null);
}
