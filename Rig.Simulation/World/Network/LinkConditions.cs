namespace Rig.Simulation.World.Network;

/// <summary>How one direction of a link treats packets.</summary>
internal sealed record LinkConditions
{
    /// <summary>Shortest time on the way.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMicroseconds(200);

    /// <summary>At most this is added, by chance, to each packet.</summary>
    public TimeSpan Jitter { get; init; } = TimeSpan.FromMicroseconds(300);

    /// <summary>Share of packets that are lost; TCP sends them again after <see cref="Link.FirstRetry"/>, twice that, and so on.</summary>
    public double Loss { get; init; }

    /// <summary>0 for a link that is never full.</summary>
    public long BytesPerSecond { get; init; }
}
