namespace Rig.Bench.Pull;

/// <summary>The bottleneck that all connections of a path share: bytes leave it one after the other at its rate. Times are seconds of any clock.</summary>
internal sealed class SharedLink(double bytesPerSecond)
{
    private readonly Lock gate = new();
    private double freeAt;

    /// <returns>When the last of the bytes has left, which come to it at <paramref name="at"/>.</returns>
    public double Pass(int bytes, double at)
    {
        lock (gate)
        {
            return freeAt = Math.Max(freeAt, at) + (bytes / bytesPerSecond);
        }
    }
}

/// <summary>
/// When the bytes of one TCP connection arrive at the other end of a path with delay and random loss: a model, for kernels without
/// netem. The sender paces one congestion window a round trip. It grows by what is acknowledged in slow start, then by a segment a
/// round trip; a loss stalls the connection for one round trip and halves the window (Reno, RFC 5681; CUBIC is in its Reno-friendly
/// region on such a path, RFC 9438 section 4.3). Further losses within the same window cost nothing more, as with selective acknowledgements.
/// After a pause of more than 0.2 s the window is the initial one again (RFC 5681 section 4.1).
/// </summary>
/// <param name="lossRate">The part of the segments that is lost.</param>
internal sealed class TcpPath(SharedLink link, double roundTripSeconds, double lossRate, int seed)
{
    public const int SegmentBytes = 1448;

    private const double InitialWindow = 10;
    private const double LeastWindow = 2;
    private const double IdleSeconds = 0.2;

    private readonly Random random = new(seed);
    private double windowSegments = InitialWindow;
    private bool slowStart = true;
    private double sentAt = double.NegativeInfinity;
    private double arrivedAt = double.NegativeInfinity;
    private double recoversAt = double.NegativeInfinity;

    /// <summary>Loss events that halved the window.</summary>
    public int Losses { get; private set; }

    /// <summary>When the sender may send the next bytes.</summary>
    public double SentAt => sentAt;

    /// <param name="now">When the sender has the bytes.</param>
    /// <returns>When they are all at the other end.</returns>
    public double Send(int bytes, double now)
    {
        if (now - sentAt > IdleSeconds)
        {
            windowSegments = Math.Min(windowSegments, InitialWindow);
        }

        sentAt = Math.Max(sentAt, now);
        var segments = Math.Max(1, bytes / (double)SegmentBytes);
        sentAt += segments * roundTripSeconds / windowSegments;
        if (random.NextDouble() < 1 - Math.Pow(1 - lossRate, segments) && sentAt >= recoversAt)
        {
            Losses++;
            slowStart = false;
            windowSegments = Math.Max(LeastWindow, windowSegments / 2);
            sentAt += roundTripSeconds;
            recoversAt = sentAt + roundTripSeconds;
        }
        else
        {
            windowSegments += slowStart ? segments : segments / windowSegments;
        }

        return arrivedAt = Math.Max(arrivedAt, link.Pass(bytes, sentAt) + (roundTripSeconds / 2));
    }
}
