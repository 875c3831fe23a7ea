using System.Net;
using System.Net.Sockets;

namespace Rig.Tests.NodeUpload;

/// <summary>Stands between a client and a server: cuts connections after a number of bytes, and turns one bit.</summary>
internal sealed class FaultyWire : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Uri server;
    private readonly Task accepting;
    private long sentBytes;
    private long cutAfter = long.MaxValue;
    private long flipAt = -1;

    public FaultyWire(Uri server)
    {
        this.server = server;
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>From client to server, over all connections.</summary>
    public long SentBytes => Interlocked.Read(ref sentBytes);

    /// <summary>Cuts every connection when this many more bytes have gone to the server, once.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref cutAfter, SentBytes + bytes);

    /// <summary>Turns a bit of the byte that comes after this many more.</summary>
    public void FlipAfter(long bytes) => Interlocked.Exchange(ref flipAt, SentBytes + bytes);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            using var upstream = new TcpClient();
            try
            {
                await upstream.ConnectAsync(server.Host, server.Port, stop.Token);
                var (near, far) = (client.GetStream(), upstream.GetStream());
                await Task.WhenAny(UpAsync(near, far), near.CanRead ? far.CopyToAsync(near, stop.Token) : Task.CompletedTask);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
            {
                // Either side is gone; so is the connection.
            }
        }
    }

    private async Task UpAsync(NetworkStream near, NetworkStream far)
    {
        var buffer = new byte[64 * 1024];
        for (int count; (count = await near.ReadAsync(buffer, stop.Token)) > 0;)
        {
            var start = SentBytes;
            var left = Interlocked.Read(ref cutAfter) - start;
            var flip = Interlocked.Read(ref flipAt) - start;
            if (flip >= 0 && flip < count)
            {
                buffer[flip] ^= 0x10;
                Interlocked.Exchange(ref flipAt, -1);
            }

            var passed = (int)Math.Min(count, left);
            await far.WriteAsync(buffer.AsMemory(0, passed), stop.Token);
            Interlocked.Add(ref sentBytes, passed);
            if (passed < count)
            {
                Interlocked.Exchange(ref cutAfter, long.MaxValue);
                return;
            }
        }
    }
}
