using Rig.Actors.Timing;

namespace Rig.Actors.Recording;

/// <summary>The clocks as they stand for one decision.</summary>
/// <param name="Node">This node's wall clock.</param>
/// <param name="Master">The master clock at the same moment, as this node knows it.</param>
/// <param name="MonotonicNs">CLOCK_MONOTONIC at the same moment.</param>
internal readonly record struct ClockMoment(DateTimeOffset Node, DateTimeOffset Master, long MonotonicNs)
{
    private const int Readings = 5;

    public static ClockMoment Of(MasterClock clock)
    {
        // A thread that loses its processor between two readings would be wrong by as long; the closest of a few pairs is not.
        var (best, bestNs) = (default(ClockMoment), long.MaxValue);
        for (var reading = 0; reading < Readings && bestNs > 0; reading++)
        {
            var beforeNs = NowNs(clock);
            var node = clock.NodeNow;
            var widthNs = NowNs(clock) - beforeNs;
            if (widthNs < bestNs)
            {
                (best, bestNs) = (new ClockMoment(node, clock.ToMaster(node), beforeNs + (widthNs / 2)), widthNs);
            }
        }

        return best;
    }

    public DateTimeOffset ToNode(DateTimeOffset master) => Node + (master - Master);

    /// <summary>Where an instant of the node's wall clock lies on CLOCK_MONOTONIC.</summary>
    public long NsAt(DateTimeOffset node) => MonotonicNs + ((node - Node).Ticks * 100);

    public static long NowNs(MasterClock clock) => clock.Monotonic.Ticks * 100;
}
