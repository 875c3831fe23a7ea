using Rig.Bench.Pull;

namespace Rig.Tests.Bench;

/// <summary>The path that <c>Rig.Bench pull-link</c> compares on behaves as TCP's formulas say, in a time of its own.</summary>
public sealed class TcpPathTests
{
    private const double RoundTrip = 0.020;
    private const int Piece = 16 << 10;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_long_connection_with_random_loss_gets_what_the_square_root_law_gives_it(int seed)
    {
        const double lossRate = 0.001;
        var path = new TcpPath(new SharedLink(125e6), RoundTrip, lossRate, seed);
        var law = TcpPath.SegmentBytes / RoundTrip * Math.Sqrt(1.5 / lossRate);
        Assert.InRange(Rate(path, megabytes: 500), 0.7 * law, 1.3 * law);
    }

    [Fact]
    public void Without_loss_the_link_is_full_after_slow_start() => Assert.InRange(Rate(new TcpPath(new SharedLink(125e6), RoundTrip, lossRate: 0, seed: 1), megabytes: 500), 0.95 * 125e6, 125e6);

    [Fact]
    public void Connections_share_the_link_and_do_not_add_to_it()
    {
        var link = new SharedLink(1e6);
        TcpPath[] paths = [new(link, RoundTrip, 0, 1), new(link, RoundTrip, 0, 2)];
        var last = 0.0;
        for (var n = 0; n < 200; n++)
        {
            last = paths.Max(path => path.Send(Piece, path.SentAt > 0 ? path.SentAt : 0));
        }

        Assert.InRange(2 * 200 * Piece / last, 0.9e6, 1e6);
    }

    [Fact]
    public void Bytes_arrive_half_a_round_trip_after_they_left_and_in_order()
    {
        var path = new TcpPath(new SharedLink(125e6), RoundTrip, 0.05, seed: 4);
        var (now, before) = (0.0, 0.0);
        for (var n = 0; n < 1000; n++)
        {
            var arrived = path.Send(Piece, now);
            Assert.True(arrived >= before && arrived >= path.SentAt + (RoundTrip / 2));
            (now, before) = (path.SentAt, arrived);
        }

        Assert.True(path.Losses > 10);
    }

    private static double Rate(TcpPath path, int megabytes)
    {
        var (bytes, arrived) = (0L, 0.0);
        while (bytes < megabytes * 1_000_000L)
        {
            arrived = path.Send(Piece, Math.Max(0, path.SentAt));
            bytes += Piece;
        }

        return bytes / arrived;
    }
}
