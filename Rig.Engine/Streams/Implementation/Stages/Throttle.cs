namespace Rig.Engine.Streams.Implementation.Stages;

/// <summary>Lets through a cost of <c>cost</c> in each <c>per</c> on the long run, and up to <c>maximumBurst</c> at once after a rest.</summary>
internal sealed class Throttle<T> : LinearStage<T, T>
{
    private readonly double ticksPerCost;
    private readonly double capacity;
    private readonly Func<T, int> costOf;
    private readonly ThrottleMode mode;
    private double tokens;
    private TimeSpan countedAt;
    private T held = default!;
    private bool holds;

    public Throttle(Interpreter interpreter, int cost, TimeSpan per, int maximumBurst, Func<T, int> costOf, ThrottleMode mode)
        : base(interpreter)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cost);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(per, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(maximumBurst);
        ticksPerCost = (double)per.Ticks / cost;
        (capacity, this.costOf, this.mode) = (maximumBurst, costOf, mode);
    }

    public override void PreStart() => (tokens, countedAt) = (capacity, Interpreter.Now);

    protected override void OnPush()
    {
        var element = In.Grab();
        var wait = Spend(costOf(element));
        if (wait <= TimeSpan.Zero)
        {
            Out.Push(element);
        }
        else if (mode == ThrottleMode.Enforcing)
        {
            FailStage(new OverflowException("Maximum throttle throughput exceeded"));
        }
        else
        {
            (held, holds) = (element, true);
            ScheduleOnce(wait, PushHeld);
        }
    }

    protected override void OnUpstreamFinish()
    {
        if (!holds)
            CompleteStage();
    }

    /// <returns>How long the element must wait; the bucket is then in debt until that time.</returns>
    private TimeSpan Spend(int cost)
    {
        var now = Interpreter.Now;
        tokens = Math.Min(capacity, tokens + ((now - countedAt).Ticks / ticksPerCost)) - cost;
        countedAt = now;
        return tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromTicks((long)Math.Ceiling(-tokens * ticksPerCost));
    }

    private void PushHeld()
    {
        Out.Push(held);
        (held, holds) = (default!, false);
        if (In.IsClosed)
            CompleteStage();
    }
}
