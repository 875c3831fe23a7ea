using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rig.Actors.Transfer;

namespace Rig.CameraNode.Upload;

/// <summary>Makes the client that speaks to the server as <c>Rig:Offload</c> says: plain, by a private authority, or pinned.</summary>
internal static class UploadHttp
{
    public const string ApiKeyHeader = "X-API-Key";

    /// <exception cref="IOException">A certificate file cannot be read.</exception>
    /// <exception cref="CryptographicException">A certificate file holds no certificate or key.</exception>
    public static HttpClient Create(UploadOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            // A moved server is told to us by its owner, not by a redirect: the API key goes nowhere else.
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            Expect100ContinueTimeout = TimeSpan.FromSeconds(2),
        };
        if (options.ServerCaPath.Length > 0)
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(options.ServerCaPath);
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        if (options.ServerCertificateSha256.Length > 0)
        {
            var pin = Convert.FromHexString(options.ServerCertificateSha256);
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(certificate.GetRawCertData()), pin);
        }

        if (options.ClientCertificatePath.Length > 0)
        {
            handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile(options.ClientCertificatePath, options.ClientKeyPath)];
        }

        var client = new HttpClient(handler) { BaseAddress = new Uri(options.ServerUrl.TrimEnd('/') + "/"), Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("rig-node");
        if (options.ApiKey.Length > 0)
        {
            client.DefaultRequestHeaders.Add(ApiKeyHeader, options.ApiKey);
        }

        return client;
    }
}
