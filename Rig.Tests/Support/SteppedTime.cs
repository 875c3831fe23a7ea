namespace Rig.Tests.Support;

/// <summary>The machine's clocks, with a wall clock that somebody sets. (FakeTimeProvider's wall and monotonic clock are one.)</summary>
public sealed class SteppedTime : TimeProvider
{
    private long stepTicks;

    /// <summary>Sets the wall clock on or back; the monotonic clock does not notice.</summary>
    public void Step(TimeSpan by) => Interlocked.Add(ref stepTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref stepTicks));
}
