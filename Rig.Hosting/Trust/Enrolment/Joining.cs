using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust.Enrolment;

/// <summary>The machine that joins. Before its code leaves it, it is sure to talk to the authority whose fingerprint the code holds.</summary>
public static class Joining
{
    private const int MaxReplyBytes = 512 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <param name="address">Host, or host and port, of the machine that invites.</param>
    /// <param name="names">Names and addresses by which browsers reach this machine.</param>
    /// <exception cref="InvalidDataException">It did not work; the message says why. Nothing changed here.</exception>
    public static async Task<MachineIdentity> JoinAsync(TrustFolder folder, string address, InviteCode code, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var root = Root(address);
        try
        {
            using var authority = await AuthorityAsync(root, cancellationToken);
            if (!code.IsOf(authority))
            {
                throw new InvalidDataException($"What answers at {root.Authority} is not the machine that gave this code. Check the address; if it is right, somebody stands between.");
            }

            var (key, request) = MachineKey.Request(names);
            using var http = Client((_, certificate, _, _) =>
                certificate is X509Certificate2 shown && MachineCheck.Identify(shown, authority, null, Enrolling.InForce(shown), out _) is not null);
            using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new JoinRequest(code.Secret, request), EnrolmentJson.Default.JoinRequest));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await http.PostAsync(new Uri(root, "/join"), content, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new InvalidDataException(JsonSerializer.Deserialize(body, EnrolmentJson.Default.JoinRefusal)?.Error ?? $"It answered {(int)response.StatusCode}.");
            }

            var reply = JsonSerializer.Deserialize(body, EnrolmentJson.Default.EnrolmentReply)!;
            return Enrolling.Accept(folder, reply with { Authority = authority.ExportCertificatePem() }, key);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or CryptographicException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new InvalidDataException($"{root.Authority} did not let this machine join ({e.InnerException?.Message ?? e.Message}). Is 'trust invite' still running there?", e);
        }
    }

    /// <summary>From whoever calls itself a machine of a rig: the code's fingerprint tells afterwards, and this request holds no secret.</summary>
    private static async Task<X509Certificate2> AuthorityAsync(Uri root, CancellationToken cancellationToken)
    {
        using var http = Client((_, certificate, _, _) => certificate is X509Certificate2 shown && MachineIdentity.Of(shown) is not null);
        return X509CertificateLoader.LoadCertificate(await http.GetByteArrayAsync(new Uri(root, "/authority"), cancellationToken));
    }

    private static HttpClient Client(RemoteCertificateValidationCallback accept) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = accept },
    })
    {
        Timeout = Timeout,
        MaxResponseContentBufferSize = MaxReplyBytes,
    };

    private static Uri Root(string address) =>
        Uri.TryCreate($"https://{address}", UriKind.Absolute, out var url) && url.PathAndQuery == "/"
            ? url.IsDefaultPort && !address.EndsWith(":443", StringComparison.Ordinal) ? new UriBuilder(url) { Port = Invitation.DefaultPort }.Uri : url
            : throw new InvalidDataException($"'{address}' is no address. Give that of the machine where 'trust invite' runs, such as 192.168.1.102.");
}
