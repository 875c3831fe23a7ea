using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rig.Hosting.Trust.Certificates;

/// <summary>A machine's own key before it has a certificate. It never leaves the machine.</summary>
public static class MachineKey
{
    /// <summary>A new key and the request that the authority signs.</summary>
    /// <param name="names">Names and addresses by which browsers will reach the machine; machines go by identity and need none.</param>
    /// <returns>Both in PEM.</returns>
    public static (string KeyPem, string RequestPem) Request(IEnumerable<string> names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=rig machine", key, HashAlgorithmName.SHA256);
        var wanted = new SubjectAlternativeNameBuilder();
        var any = false;
        foreach (var name in names.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            any = true;
            if (IPAddress.TryParse(name, out var address))
            {
                wanted.AddIpAddress(address);
            }
            else
            {
                wanted.AddDnsName(name);
            }
        }

        if (any)
        {
            request.CertificateExtensions.Add(wanted.Build());
        }

        return (key.ExportPkcs8PrivateKeyPem(), request.CreateSigningRequestPem());
    }

    /// <summary>This machine's private addresses and its name in the local network, as far as the authority may vouch for them.</summary>
    public static IReadOnlyList<string> OwnNames() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(card => card.GetIPProperties().UnicastAddresses.Select(unicast => unicast.Address))
            .Where(address => PrivateNames.Allows(address) && !address.IsIPv6LinkLocal)
            .Select(address => address.ToString()),
        "localhost",
        $"{Environment.MachineName.Split('.')[0].ToLowerInvariant()}.local",
    ];
}
