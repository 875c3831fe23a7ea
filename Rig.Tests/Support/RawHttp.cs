using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Rig.Tests.Support;

/// <summary>HTTP written by hand, for what no client would send.</summary>
internal static class RawHttp
{
    /// <param name="address">By https, whatever certificate is shown counts.</param>
    /// <param name="request">Ends the connection itself (<c>Connection: close</c>), or the answer never ends.</param>
    /// <returns>All that came; empty where the connection was ended without a word.</returns>
    public static async Task<string> AskAsync(Uri address, string request)
    {
        await using var stream = await OpenAsync(address);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        return await ToEndAsync(stream);
    }

    public static async Task<Stream> OpenAsync(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host.Trim('[', ']'), address.Port);
        var network = new NetworkStream(socket, ownsSocket: true);
        if (address.Scheme == Uri.UriSchemeHttp)
        {
            return network;
        }

        var tls = new SslStream(network, leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.Host });
        return tls;
    }

    public static async Task<string> ToEndAsync(Stream stream)
    {
        using var all = new MemoryStream();
        try
        {
            await stream.CopyToAsync(all);
        }
        catch (IOException)
        {
            // The other side ended the connection hard; what came before counts.
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }
}
