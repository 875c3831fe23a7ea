using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Rig.Hosting.Configuration;
using Rig.Hosting.PeoplePort;

namespace Rig.Ingest.Security;

/// <summary>HTTPS with the operator's own certificate and, if wanted, certificates of the cameras from the operator's own authority.</summary>
internal static class TransportSecurity
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private static readonly object HasShownCertificate = new();

    /// <summary>Listens for people and for programs with keys: by the operator's certificate, the machine's own of the rig, or one that the server made.</summary>
    /// <exception cref="StartupException">A file is not what its key says.</exception>
    public static void ListenSecurely(this KestrelServerOptions kestrel, IPAddress address, int port, SecurityOptions options, PageCertificates pages)
    {
        if (options.CertificatePath.Length == 0)
        {
            kestrel.ListenForPeople(address, port, pages);
            return;
        }

        var (server, between) = Load(options);
        if (options.ClientCaPath.Length == 0)
        {
            kestrel.ListenForPeople(address, port, https => Show(https, server, between));
            return;
        }

        // Nobody gets as far as a request without a certificate, not even on this machine.
        var authority = LoadAuthority(options.ClientCaPath);
        kestrel.Listen(address, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseHttps(https =>
            {
                Show(https, server, between);
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => IsFrom(authority, certificate);
            });
            listen.Use(next => connection =>
            {
                connection.Items[HasShownCertificate] = true;
                return next(connection);
            });
        });
    }

    /// <summary>The connection came to a port of these, and so with a certificate of <see cref="SecurityOptions.ClientCaPath"/>.</summary>
    public static bool HasCameraCertificate(this HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(HasShownCertificate) == true;

    private static void Show(HttpsConnectionAdapterOptions https, X509Certificate2 server, X509Certificate2Collection between) =>
        (https.ServerCertificate, https.ServerCertificateChain) = (server, between);

    private static bool IsFrom(X509Certificate2Collection authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return chain.Build(certificate);
    }

    private static (X509Certificate2 Server, X509Certificate2Collection Between) Load(SecurityOptions options)
    {
        try
        {
            var between = new X509Certificate2Collection();
            between.ImportFromPemFile(options.CertificatePath);
            return (X509Certificate2.CreateFromPemFile(options.CertificatePath, options.CertificateKeyPath.Length > 0 ? options.CertificateKeyPath : null), between);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException)
        {
            throw new StartupException($"Rig:Security:CertificatePath and CertificateKeyPath do not give a certificate with its key ({e.Message}). Both are PEM files of the same certificate.");
        }
    }

    private static X509Certificate2Collection LoadAuthority(string path)
    {
        try
        {
            var authority = new X509Certificate2Collection();
            authority.ImportFromPemFile(path);
            return authority.Count > 0 ? authority : throw new CryptographicException("it holds no certificate");
        }
        catch (Exception e) when (e is CryptographicException or IOException)
        {
            throw new StartupException($"Rig:Security:ClientCaPath is not a PEM file with a certificate ({e.Message}).");
        }
    }
}
