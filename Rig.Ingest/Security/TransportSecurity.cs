using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Rig.Hosting.Configuration;

namespace Rig.Ingest.Security;

/// <summary>HTTPS with the operator's own certificate and, if wanted, certificates of the cameras from the operator's own authority.</summary>
internal static class TransportSecurity
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private static readonly object HasShownCertificate = new();

    /// <exception cref="StartupException">A file is not what its key says.</exception>
    public static void UseRigSecurity(this ListenOptions listen, SecurityOptions options)
    {
        if (options.CertificatePath.Length == 0)
        {
            return;
        }

        var (server, between) = Load(options);
        var authority = options.ClientCaPath.Length > 0 ? LoadAuthority(options.ClientCaPath) : null;
        listen.UseHttps(https =>
        {
            https.ServerCertificate = server;
            https.ServerCertificateChain = between;
            if (authority is not null)
            {
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => IsFrom(authority, certificate);
            }
        });
        if (authority is not null)
        {
            listen.Use(next => connection =>
            {
                connection.Items[HasShownCertificate] = true;
                return next(connection);
            });
        }
    }

    /// <summary>The connection came to a port of these, and so with a certificate of <see cref="SecurityOptions.ClientCaPath"/>.</summary>
    public static bool HasCameraCertificate(this HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(HasShownCertificate) == true;

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
