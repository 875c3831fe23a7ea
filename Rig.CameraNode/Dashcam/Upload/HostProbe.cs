using System.Net.Sockets;
using Rig.CameraNode.Dashcam.Config;

namespace Rig.CameraNode.Dashcam.Upload;

/// <summary>Whether the upload's host can be reached.</summary>
internal interface IHostProbe
{
    Task<bool> IsReachableAsync(CancellationToken cancellationToken);
}

/// <summary>Connects and waits for an SSH server's first words: a router's sign-in page that answers on every port is no host.</summary>
internal sealed class SshProbe(UploadConfig config) : IHostProbe
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public async Task<bool> IsReachableAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(config.Host, config.Port, limit.Token);
            var buffer = new byte[4];
            await client.GetStream().ReadExactlyAsync(buffer, limit.Token);
            return System.Text.Encoding.ASCII.GetString(buffer) == "SSH-";
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }
}
