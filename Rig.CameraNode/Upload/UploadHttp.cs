using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rig.Actors.Transfer;
using Rig.Hosting.Trust;
using Rig.Hosting.Trust.Certificates;

namespace Rig.CameraNode.Upload;

/// <summary>
/// Makes the client that speaks to the server: between enrolled machines by the rig's certificates, without any key. To a server
/// without such a certificate only where the configuration allows it, and then as <c>Rig:Offload</c> says: plain, by a private
/// authority, or pinned.
/// </summary>
internal static class UploadHttp
{
    public const string ApiKeyHeader = "X-API-Key";

    /// <summary>Whether the server is to prove that it is a home server of this rig.</summary>
    /// <exception cref="UploadRefusedException">Nothing may be sent to that server.</exception>
    public static bool IsMachine(UploadOptions options, RigTrust trust)
    {
        var secure = new Uri(options.ServerUrl).Scheme == Uri.UriSchemeHttps;
        var otherwise = options.ServerCaPath.Length > 0 || options.ServerCertificateSha256.Length > 0;
        if (trust.AllowsPlain)
        {
            return trust.IsEnrolled && secure && !otherwise;
        }

        return trust.IsEnrolled && secure ? true
            : throw new UploadRefusedException(trust.IsEnrolled
                ? $"{UploadOptions.Section}:ServerUrl is {options.ServerUrl}, where no server can prove who it is, so nothing is sent there. Give the home server's machine port, such as https://192.168.1.200:8443."
                : "This node is not enrolled, so it cannot tell its home server from a stranger's and sends nothing. 'rig-node trust join' enrols it (docs/guide/enrolment.md).");
    }

    /// <param name="keyServer">The only server that may see <see cref="UploadOptions.ApiKey"/>, by its address.</param>
    /// <exception cref="UploadRefusedException">Nothing may be sent to that server.</exception>
    /// <exception cref="IOException">A certificate file cannot be read.</exception>
    /// <exception cref="CryptographicException">A certificate file holds no certificate or key.</exception>
    public static HttpClient Create(UploadOptions options, RigTrust trust, string keyServer)
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
        if (IsMachine(options, trust))
        {
            handler.UseMachines(trust, other => other.Role == MachineRole.Server);
            return ClientOf(handler, options);
        }

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

        var client = ClientOf(handler, options);
        client.DefaultRequestHeaders.Add(MachineHttp.PlainMachineHeader, "node");
        if (options.ApiKey.Length > 0)
        {
            client.DefaultRequestHeaders.Add(ApiKeyHeader, IsSame(options.ServerUrl, keyServer) ? options.ApiKey
                : throw new UploadRefusedException($"{UploadOptions.Section}:ApiKey was given for {keyServer}. It is not sent to {options.ServerUrl}; set {UploadOptions.Section}:ApiKeyServer if it is that server's too."));
        }

        return client;
    }

    private static bool IsSame(string server, string other) =>
        Uri.TryCreate(server, UriKind.Absolute, out var one) && Uri.TryCreate(other, UriKind.Absolute, out var two)
        && one.GetLeftPart(UriPartial.Authority) == two.GetLeftPart(UriPartial.Authority);

    private static HttpClient ClientOf(SocketsHttpHandler handler, UploadOptions options)
    {
        var client = new HttpClient(handler) { BaseAddress = new Uri(options.ServerUrl.TrimEnd('/') + "/"), Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("rig-node");
        return client;
    }
}

/// <summary>Nothing may be sent to the server that is configured; the message says why and what to do.</summary>
internal sealed class UploadRefusedException(string message) : Exception(message);
