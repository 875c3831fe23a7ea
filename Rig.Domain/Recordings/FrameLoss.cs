using System.Globalization;

namespace Rig.Domain.Recordings;

/// <summary>When a recording has lost so many frames that whoever watches it must be told.</summary>
public static class FrameLoss
{
    /// <summary>Of all frames that there should be: one in a hundred is a jerk now and then, more is a match that stutters.</summary>
    public const double ShareMax = 0.01;

    /// <param name="frames">In the file.</param>
    /// <param name="dropped">That there should be, too.</param>
    /// <returns>A sentence without its subject, such as "lost 372 of 452 frames (82 %)"; null while the loss is bearable.</returns>
    public static string? Of(long frames, long dropped)
    {
        var all = frames + dropped;
        if (dropped <= ShareMax * all)
        {
            return null;
        }

        var percent = (100.0 * dropped / all).ToString(dropped < 0.1 * all ? "0.0" : "0", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"lost {dropped} of {all} frames ({percent} %)");
    }
}
