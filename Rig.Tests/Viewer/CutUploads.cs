using System.Net.Sockets;
using System.Text;
using Rig.Tests.Support;

namespace Rig.Tests.Viewer;

internal static class CutUploads
{
    /// <summary>Promises the whole body, sends a part of it and hangs up, as a broken line does.</summary>
    /// <param name="arrivingPath">The file that grows; the line breaks once it holds the part.</param>
    public static async Task SendPartlyAsync(Uri server, string path, byte[] body, int sentBytes, string arrivingPath)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(server.Host, server.Port);
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"PATCH {path} HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: Bearer {ViewerServer.PublishKey}\r\n"
            + $"Upload-Offset: 0\r\nContent-Length: {body.Length}\r\nExpect: 100-continue\r\n\r\n"));
        // The server asks for the body once it holds the game's gate.
        var asked = new byte[25];
        await stream.ReadExactlyAsync(asked);
        Assert.StartsWith("HTTP/1.1 100", Encoding.ASCII.GetString(asked), StringComparison.Ordinal);
        await stream.WriteAsync(body.AsMemory(0, sentBytes));
        await Eventually.HoldsAsync(() => File.Exists(arrivingPath) && new FileInfo(arrivingPath).Length >= sentBytes);

        connection.Client.Shutdown(SocketShutdown.Send);
        try
        {
            // The server closes once it is done with what it got.
            await stream.CopyToAsync(Stream.Null);
        }
        catch (IOException)
        {
            // A reset is a way of closing too.
        }
    }
}
