using System.Net.Sockets;

namespace Rig.Actors.Membership;

/// <summary>Tells whether somebody listens where a seed node should.</summary>
public static class SeedPort
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    public static async Task<bool> ConnectsAsync(Address seed)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(seed.Host, seed.Port ?? 0, timeout.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
