using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rig.Hosting.Trust.Certificates;

/// <summary>The rig's own authority, on the one machine that made it: ECDSA on P-256, like every key of the rig.</summary>
/// <param name="certificate">With its private key.</param>
public sealed class RigAuthority(X509Certificate2 certificate, TimeProvider time) : IDisposable
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Of a machine. Phones take no certificate of a private authority that is valid for more than 825 days.</summary>
    public static readonly TimeSpan MachineLifetime = TimeSpan.FromDays(730);

    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(20 * 365);

    /// <summary>Machines of the field have clocks that lag until they are set.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromDays(1);

    public X509Certificate2 Certificate => certificate;

    public static RigAuthority Create(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        // Two rigs' authorities are told apart by it, on a phone that trusts both.
        var request = new CertificateRequest($"CN=Rig authority {RandomNumberGenerator.GetHexString(6)}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(PrivateNames.Constraint());
        var now = time.GetUtcNow();
        return new RigAuthority(request.CreateSelfSigned(now - ClockSlack, now + AuthorityLifetime), time);
    }

    /// <summary>SHA-256 of the certificate, 64 lower-case hex digits: what a phone or a machine compares before it trusts an authority.</summary>
    public static string FingerprintOf(X509Certificate2 authority) => Convert.ToHexStringLower(SHA256.HashData(authority.RawData));

    /// <summary>A certificate for the key that asks.</summary>
    /// <param name="requestPem">PKCS #10 in PEM, as <see cref="MachineKey.Request"/> makes it. Of what it asks for, only names and addresses count.</param>
    /// <exception cref="InvalidDataException">It is no request, or not signed by its own key, or asks for a name of the internet.</exception>
    public X509Certificate2 Issue(MachineIdentity identity, string requestPem, TimeSpan? lifetime = null)
    {
        var asked = Read(requestPem);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={identity.Name}"), asked.PublicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication), new Oid(ClientAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(Names(identity, asked));
        var now = time.GetUtcNow();
        var end = now + (lifetime ?? MachineLifetime);
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 1);
        return request.Create(certificate, now - ClockSlack, end < certificate.NotAfter ? end : certificate.NotAfter, serial);
    }

    public byte[] Sign(byte[] data)
    {
        using var key = certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("The authority has no private key here.");
        return key.SignData(data, HashAlgorithmName.SHA256);
    }

    public void Dispose() => certificate.Dispose();

    private static CertificateRequest Read(string requestPem)
    {
        try
        {
            var asked = CertificateRequest.LoadSigningRequestPem(requestPem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
            using var key = asked.PublicKey.GetECDsaPublicKey();
            return key?.KeySize == 256 ? asked : throw new InvalidDataException("The request's key is none on P-256. Make it with 'trust request'.");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException("That is no certificate request. Make one with 'trust request'.", e);
        }
    }

    private static X509Extension Names(MachineIdentity identity, CertificateRequest asked)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(identity.ToUri());
        foreach (var wanted in asked.CertificateExtensions.Where(extension => extension.Oid?.Value == "2.5.29.17").Select(extension => new X509SubjectAlternativeNameExtension(extension.RawData)))
        {
            foreach (var name in wanted.EnumerateDnsNames())
            {
                Refuse(PrivateNames.Allows(name), name);
                names.AddDnsName(name);
            }

            foreach (var address in wanted.EnumerateIPAddresses())
            {
                Refuse(PrivateNames.Allows(address), address);
                names.AddIpAddress(address);
            }
        }

        return names.Build();

        static void Refuse(bool allowed, object name)
        {
            if (!allowed)
            {
                throw new InvalidDataException($"{name} is a name or address of the internet. The rig's authority vouches for those of private networks alone, such as 192.168.1.101 or cam-c.local.");
            }
        }
    }
}
