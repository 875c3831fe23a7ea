using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Rig.Bench.Pull;

/// <summary>
/// Passes TCP connections on to a server as if a path with delay and loss lay between: what the server sends comes when
/// <see cref="TcpPath"/> says, what the client sends half a round trip later. Bounded: at most 2 MiB wait in each direction of a connection.
/// </summary>
internal sealed class LinkRelay : IAsyncDisposable
{
    private const int PieceBytes = 16 << 10;
    private const int MaxPieces = 128;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly SharedLink link;
    private readonly double roundTripSeconds;
    private readonly double lossRate;
    private readonly int seed;
    private readonly IPEndPoint server;
    private readonly Task accepting;
    private int connections;
    private int losses;

    public LinkRelay(IPEndPoint server, double bytesPerSecond, double roundTripSeconds, double lossRate, int seed)
    {
        (this.server, this.roundTripSeconds, this.lossRate, this.seed) = (server, roundTripSeconds, lossRate, seed);
        link = new SharedLink(bytesPerSecond);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public int Connections => connections;

    /// <summary>Loss events on all connections that have ended.</summary>
    public int Losses => Volatile.Read(ref losses);

    private static double Now => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var served = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stopping.Token);
                served.RemoveAll(task => task.IsCompleted);
                served.Add(ServeAsync(client, seed + Interlocked.Increment(ref connections)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(TcpClient client, int connectionSeed)
    {
        var path = new TcpPath(link, roundTripSeconds, lossRate, connectionSeed);
        using (client)
        using (var upstream = new TcpClient { NoDelay = true })
        {
            client.NoDelay = true;
            try
            {
                await upstream.ConnectAsync(server, stopping.Token);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
                var up = PassAsync(client.GetStream(), upstream.GetStream(), (_, now) => now + (roundTripSeconds / 2), either.Token);
                var down = PassAsync(upstream.GetStream(), client.GetStream(), path.Send, either.Token);
                await Task.WhenAny(up, down);
                await either.CancelAsync();
                await Task.WhenAll(up, down);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One of the two hung up.
            }
        }

        Interlocked.Add(ref losses, path.Losses);
    }

    /// <param name="arrivesAt">When so many bytes that are sent now arrive.</param>
    private static async Task PassAsync(NetworkStream from, NetworkStream to, Func<int, double, double> arrivesAt, CancellationToken cancellationToken)
    {
        var underway = Channel.CreateBounded<(byte[] Bytes, int Length, double Due)>(new BoundedChannelOptions(MaxPieces) { SingleReader = true, SingleWriter = true });
        var delivering = DeliverAsync(underway.Reader, to, cancellationToken);
        try
        {
            while (true)
            {
                var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
                var length = await from.ReadAsync(buffer.AsMemory(0, PieceBytes), cancellationToken);
                if (length == 0)
                {
                    break;
                }

                await underway.Writer.WriteAsync((buffer, length, arrivesAt(length, Now)), cancellationToken);
            }
        }
        finally
        {
            underway.Writer.Complete();
            await delivering;
        }
    }

    private static async Task DeliverAsync(ChannelReader<(byte[] Bytes, int Length, double Due)> underway, NetworkStream to, CancellationToken cancellationToken)
    {
        await foreach (var (bytes, length, due) in underway.ReadAllAsync(cancellationToken))
        {
            // A timer wakes some milliseconds late; what is due by then goes out at once, so the rate holds on average.
            if (due - Now is > 0.001 and var early)
            {
                await Task.Delay(TimeSpan.FromSeconds(early), cancellationToken);
            }

            await to.WriteAsync(bytes.AsMemory(0, length), cancellationToken);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
