namespace Rig.Ingest.Detect;

/// <summary>When the learned detector looks: at every so many frames, unless it has taken more time than its share of the video's.</summary>
/// <param name="every">Analysed frames.</param>
/// <param name="budget">Seconds for a second of video; 0: without limit.</param>
internal sealed class LookSchedule(int every, double budget)
{
    private long? firstMs;
    private int frames;
    private double spentMs;

    /// <param name="timeMs">Of the frame, on the video's line; in order.</param>
    public bool IsDue(long timeMs)
    {
        firstMs ??= timeMs;
        var inTurn = frames++ % every == 0;
        // In debt it waits for the next turn that is paid for.
        return inTurn && (budget == 0 || spentMs <= budget * (timeMs - firstMs.Value));
    }

    public void Spent(double milliseconds) => spentMs += milliseconds;
}
