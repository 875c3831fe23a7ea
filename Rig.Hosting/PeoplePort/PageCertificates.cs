using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Rig.Hosting.Trust;

namespace Rig.Hosting.PeoplePort;

/// <summary>Further names by which browsers reach this program, besides the machine's addresses and <c>localhost</c>.</summary>
public delegate IEnumerable<string> PageNames();

/// <summary>
/// The certificate of the program's pages: the machine's own of the rig where it is enrolled, else one that it made itself and keeps in
/// the trust folder.
/// </summary>
public sealed class PageCertificates(RigTrust trust, PageNames names, TimeProvider time, ILogger<PageCertificates> log)
{
    private readonly Lock gate = new();
    private X509Certificate2? own;

    /// <summary>Asked at each handshake: it changes when the machine is enrolled, and before it ends.</summary>
    public X509Certificate2 Current => trust.Current?.Machine ?? Own();

    private X509Certificate2 Own()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            own ??= Kept();
            return own is not null && !OwnCertificate.IsDue(own, now) ? own : own = Make(now);
        }
    }

    /// <returns>Null where there is none that can be used.</returns>
    private X509Certificate2? Kept()
    {
        try
        {
            return trust.Folder.HasPages ? trust.Folder.ReadPages() : null;
        }
        catch (InvalidDataException broken)
        {
            log.LogWarning("The pages get a new certificate, so browsers warn once more: {Reason}", broken.Message);
            return null;
        }
    }

    private X509Certificate2 Make(DateTimeOffset now)
    {
        var (certificate, key) = OwnCertificate.Make(names(), now);
        try
        {
            trust.Folder.KeepPages(certificate, key);
            log.LogInformation("The pages have a new certificate of this machine's own, SHA-256 {Fingerprint}. Browsers warn of it once.", certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Pages by a certificate of this run alone are better than none, or plain ones.
            log.LogWarning("The pages' certificate could not be kept, so browsers warn again after each start: {Reason}", e.Message);
        }

        return certificate;
    }
}
