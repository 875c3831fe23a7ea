using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Rig.Engine.Remote.Transport;

namespace Rig.Tests.Engine.Embedded.Remote;

public sealed class TcpTransportTests
{
    private readonly CancellationToken patience = new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task Bytes_pass_in_both_directions_over_plain_tcp() => await EchoAsync(null, null);

    [Fact]
    public async Task Bytes_pass_over_mutual_tls_when_both_certificates_are_of_the_rigs_own_authority()
    {
        using var authority = Authority.Create("rig");
        await EchoAsync(authority.TlsFor("left"), authority.TlsFor("right"));
    }

    [Fact]
    public async Task A_node_without_a_certificate_of_the_authority_is_refused_on_either_side()
    {
        using var ours = Authority.Create("ours");
        using var theirs = Authority.Create("theirs");
        // The stranger trusts our authority, so that it is our side that has to refuse.
        var stranger = theirs.TlsFor("stranger") with { TrustedAuthorities = ours.Trusted };

        await Assert.ThrowsAnyAsync<Exception>(() => EchoAsync(ours.TlsFor("server"), stranger));
        await Assert.ThrowsAnyAsync<Exception>(() => EchoAsync(stranger, ours.TlsFor("client")));
    }

    [Fact]
    public async Task A_plain_caller_cannot_speak_to_a_tls_node()
    {
        using var authority = Authority.Create("rig");

        await Assert.ThrowsAnyAsync<Exception>(() => EchoAsync(authority.TlsFor("server"), null));
    }

    [Fact]
    public async Task Errors_name_what_could_not_be_reached_or_bound_and_the_remedy()
    {
        await using var taken = new TcpTransport(new TcpSettings("127.0.0.1", 0, 10, null));
        var port = await taken.ListenAsync(_ => { }, patience);
        await using var second = new TcpTransport(new TcpSettings("127.0.0.1", port, 10, null));

        var busy = await Assert.ThrowsAsync<IOException>(() => second.ListenAsync(_ => { }, patience));
        Assert.Contains("akka.remote.dot-netty.tcp.port", busy.Message, StringComparison.Ordinal);
        await taken.DisposeAsync();
        var refused = await Assert.ThrowsAsync<IOException>(() => second.ConnectAsync("127.0.0.1", port, patience));
        Assert.Contains($"127.0.0.1:{port}", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => second.ConnectAsync("no such host.invalid", port, patience));
    }

    private async Task EchoAsync(TlsSettings? server, TlsSettings? client)
    {
        await using var listening = new TcpTransport(new TcpSettings("127.0.0.1", 0, 10, server));
        await using var calling = new TcpTransport(new TcpSettings("127.0.0.1", 0, 10, client));
        var port = await listening.ListenAsync(connection => _ = AnswerAsync(connection), patience);
        await using var connection = await calling.ConnectAsync("127.0.0.1", port, patience);
        await connection.Output.WriteAsync(Encoding.ASCII.GetBytes("kick-off"), patience);
        var answer = await connection.Input.ReadAtLeastAsync(8, patience);
        Assert.Equal("kick-off", Encoding.ASCII.GetString(answer.Buffer));
    }

    private async Task AnswerAsync(ITransportConnection connection)
    {
        await using (connection)
        {
            var asked = await connection.Input.ReadAtLeastAsync(8, patience);
            foreach (var segment in asked.Buffer)
                await connection.Output.WriteAsync(segment, patience);
            connection.Input.AdvanceTo(asked.Buffer.End);
            // Held open until the caller is done with it.
            await connection.Input.ReadAsync(patience);
        }
    }
}

/// <summary>A certificate authority made for one test.</summary>
internal sealed class Authority : IDisposable
{
    private readonly X509Certificate2 _root;

    private Authority(X509Certificate2 root) => _root = root;

    public X509Certificate2Collection Trusted => [X509CertificateLoader.LoadCertificate(_root.RawData)];

    public static Authority Create(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name} authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return new Authority(request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1)));
    }

    public TlsSettings TlsFor(string name) => new(Issue(name), Trusted);

    public X509Certificate2 Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_root, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), Guid.NewGuid().ToByteArray());
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    public void Dispose() => _root.Dispose();
}
