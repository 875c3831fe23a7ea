using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Rig.Engine.Remote.Transport;

/// <summary>A connected socket as a pair of pipes.</summary>
internal sealed class TcpConnection : ITransportConnection
{
    private const int BufferBytes = 64 * 1024;

    private readonly Stream _stream;

    private TcpConnection(Stream stream, string peer)
    {
        _stream = stream;
        Peer = peer;
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferBytes, minimumReadSize: 4096, leaveOpen: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: BufferBytes, leaveOpen: true));
    }

    public string Peer { get; }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>Takes over <paramref name="socket"/>; on failure it is closed.</summary>
    /// <param name="calledHost">The name that was called; null on the accepting side.</param>
    public static async Task<TcpConnection> OpenAsync(Socket socket, TlsSettings? tls, string? calledHost, CancellationToken cancellationToken)
    {
        var peer = socket.RemoteEndPoint?.ToString() ?? "a closed connection";
        var stream = new NetworkStream(socket, ownsSocket: true);
        return new TcpConnection(tls is null ? stream : await SecureAsync(stream, tls, calledHost, peer, cancellationToken), peer);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static async Task<SslStream> SecureAsync(NetworkStream stream, TlsSettings tls, string? calledHost, string peer, CancellationToken cancellationToken)
    {
        var secure = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            if (calledHost is null)
            {
                await secure.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificate = tls.Certificate,
                        ClientCertificateRequired = true,
                        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                        RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(tls, certificate, errors),
                    },
                    cancellationToken);
            }
            else
            {
                await secure.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = calledHost,
                        ClientCertificates = [tls.Certificate],
                        // Without this, a certificate of the rig's own authority may be filtered out before it is shown.
                        LocalCertificateSelectionCallback = (_, _, _, _, _) => tls.Certificate,
                        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                        RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(tls, certificate, errors),
                    },
                    cancellationToken);
            }
            return secure;
        }
        catch (Exception cause)
        {
            await secure.DisposeAsync();
            if (cause is AuthenticationException)
                throw new IOException($"{peer} has no certificate that this node trusts: {cause.Message}", cause);
            throw;
        }
    }

    private static bool IsTrusted(TlsSettings tls, X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is null)
            return false;
        if (tls.TrustedAuthorities.Count == 0)
            return errors == SslPolicyErrors.None;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(tls.TrustedAuthorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var copy = X509CertificateLoader.LoadCertificate(certificate.Export(X509ContentType.Cert));
        return chain.Build(copy);
    }
}
