using System.Buffers;
using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Rig.Hosting.PeoplePort;

/// <summary>
/// A port for people that speaks TLS and plain HTTP alike, so that whoever types an address without <c>https</c> is led on and not met
/// by silence. What plain requests get is up to <see cref="PlainHttpGate"/>.
/// </summary>
public static class PeoplePort
{
    /// <summary>The first byte of a TLS connection: a record of type handshake (RFC 8446, 5.1). No HTTP request begins so.</summary>
    private const byte TlsHandshake = 0x16;

    /// <summary>Connections of one network at once: six for each page of a browser, and some for programs that send in parallel.</summary>
    internal const int MaxConnectionsOfNetwork = 128;

    /// <param name="tls">The certificate; <see cref="PageCertificates"/> unless the operator has one.</param>
    /// <param name="configure">Further middleware, for both kinds of connections.</param>
    public static void ListenForPeople(this KestrelServerOptions kestrel, IPAddress address, int port, Action<HttpsConnectionAdapterOptions> tls, Action<ListenOptions>? configure = null) =>
        kestrel.Listen(address, port, listen =>
        {
            // Six connections of HTTP/1.1 are enough for a page, and streams of pictures do not share one.
            listen.Protocols = HttpProtocols.Http1;
            ConnectionDelegate? http = null;
            var shares = new ConnectionShares(MaxConnectionsOfNetwork);
            listen.Use(next => async connection =>
            {
                using var share = shares.Take((connection.RemoteEndPoint as IPEndPoint)?.Address);
                if (share is not null)
                {
                    await next(connection);
                }
            });
            listen.Use(secured => connection => SplitAsync(connection, secured, http!, kestrel.Limits.RequestHeadersTimeout));
            listen.UseHttps(https =>
            {
                https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                tls(https);
            });
            listen.Use(next => http = next);
            configure?.Invoke(listen);
        });

    /// <summary>For programs without a certificate of the operator's.</summary>
    public static void ListenForPeople(this KestrelServerOptions kestrel, IPAddress address, int port, PageCertificates certificates) =>
        kestrel.ListenForPeople(address, port, https => https.ServerCertificateSelector = (_, _) => certificates.Current);

    private static async Task SplitAsync(ConnectionContext connection, ConnectionDelegate secured, ConnectionDelegate plain, TimeSpan silence)
    {
        if (await FirstByteAsync(connection, silence) is { } first)
        {
            await (first == TlsHandshake ? secured : plain)(connection);
        }
    }

    /// <returns>Null where none came in time, and when the server stops: browsers open connections that they may never use.</returns>
    private static async Task<byte?> FirstByteAsync(ConnectionContext connection, TimeSpan silence)
    {
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, stopping);
        limit.CancelAfter(silence);
        try
        {
            var read = await connection.Transport.Input.ReadAsync(limit.Token);
            var any = new SequenceReader<byte>(read.Buffer).TryPeek(out var first);

            // It stays to be read by whoever takes the connection.
            connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            return any ? first : null;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return null;
        }
    }
}
