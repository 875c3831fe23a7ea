using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest.Security;

/// <summary>Authorities and certificates as docs/guide/offload-security.md makes them with openssl.</summary>
internal static class TestCertificates
{
    public static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
    }

    /// <param name="usage">Object identifier of its extended key usage.</param>
    public static X509Certificate2 Issue(X509Certificate2 authority, string name, string usage, byte[]? serialNumber = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(20), serialNumber ?? RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>Writes <c>name.crt</c> and <c>name.key</c>.</summary>
    public static void WritePem(TempFolder folder, string name, X509Certificate2 certificate)
    {
        File.WriteAllText(folder.File(name + ".crt"), certificate.ExportCertificatePem());
        File.WriteAllText(folder.File(name + ".key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }
}
