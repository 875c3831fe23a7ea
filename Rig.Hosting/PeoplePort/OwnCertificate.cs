using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.PeoplePort;

/// <summary>
/// A certificate that a machine makes for its own pages while no authority gave it one. A browser warns of it once; from then on it
/// notices when another machine answers.
/// </summary>
internal static class OwnCertificate
{
    /// <summary>Each new one makes every browser warn again, so it lasts as long as browsers take one: 825 days, less a margin.</summary>
    internal static readonly TimeSpan Lifetime = RigAuthority.MachineLifetime;

    internal static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    /// <summary>Machines of the field have clocks that lag until they are set.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromDays(1);

    /// <param name="names">Names and addresses of the machine; what is neither is left out.</param>
    /// <returns>The certificate without its key, and the key in PEM.</returns>
    public static (X509Certificate2 Certificate, string KeyPem) Make(IEnumerable<string> names, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={Environment.MachineName}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(RigAuthority.ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(AlternativeNames(names.Concat(OwnAddresses()).Append("localhost")));
        return (request.CreateSelfSigned(now - ClockSlack, now + Lifetime), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>It ended, or ends soon. One that is not yet in force is kept: a clock that is not set yet is the likelier mistake.</summary>
    public static bool IsDue(X509Certificate2 certificate, DateTimeOffset now) => certificate.NotAfter.ToUniversalTime() - RenewBefore <= now.UtcDateTime;

    private static X509Extension AlternativeNames(IEnumerable<string> names)
    {
        var wanted = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Select(name => name.Trim('[', ']')).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(name, out var address))
            {
                wanted.AddIpAddress(address);
            }
            else if (name.All(char.IsAscii) && Uri.CheckHostName(name) == UriHostNameType.Dns)
            {
                wanted.AddDnsName(name);
            }
        }

        return wanted.Build();
    }

    private static IEnumerable<string> OwnAddresses() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(card => card.GetIPProperties().UnicastAddresses.Select(unicast => unicast.Address))
        .Where(address => !address.IsIPv6LinkLocal)
        .Select(address => address.ToString());
}
