using System.Net;
using Rig.Hosting.Trust;

namespace Rig.Ingest.Security;

/// <summary>Who reaches this server and how. docs/guide/offload-security.md.</summary>
public sealed class SecurityOptions
{
    public const string Section = "Rig:Security";

    /// <summary>Serves plain HTTP to other machines, too; shown as insecure. Programs on this machine may use it in any case, unless <see cref="CertificatePath"/> is set.</summary>
    public bool PlainHttp { get; set; }

    /// <summary>PEM file with this server's certificate and those between it and the root, instead of the machine's own of the rig or one that the server makes itself. Plain HTTP is then served to nobody.</summary>
    public string CertificatePath { get; set; } = "";

    /// <summary>PEM file with the certificate's private key; empty when it is in <see cref="CertificatePath"/>.</summary>
    public string CertificateKeyPath { get; set; } = "";

    /// <summary>PEM file with the certification authority whose certificates clients must show; needs <see cref="CertificatePath"/>.</summary>
    public string ClientCaPath { get; set; } = "";

    /// <summary>SHA-256, in hex, of each key that may upload. <c>rig-ingest api-key</c> makes a key and prints this. With any, a certificate of <see cref="ClientCaPath"/> alone is not enough to upload.</summary>
    public string[] ApiKeySha256 { get; set; } = [];

    /// <summary>Networks such as <c>192.168.1.0/24</c>; other addresses are refused everything.</summary>
    public string[] AllowedNetworks { get; set; } = [];

    /// <summary>Names or addresses that this server answers to, without port, such as <c>matches.home.arpa</c>. Its own addresses, <c>localhost</c> and the machine's name (also with <c>.local</c>) need not be named.</summary>
    public string[] Hosts { get; set; } = [];

    /// <summary>Tries to sign in that one network has a minute; an IPv6 /64 is one.</summary>
    public int SignInsPerMinute { get; set; } = 20;

    /// <summary>Requests of one address a second, twice as many at once; 0 for no limit.</summary>
    public int MaxRequestsPerSecond { get; set; } = 2000;

    /// <summary><see cref="Hosts"/> and the machine's own names.</summary>
    public IEnumerable<string> HostNames => [.. Hosts, Environment.MachineName, Environment.MachineName + ".local"];

    /// <summary>Plain HTTP is served to other machines: asked for, or for machines that know no certificates where the operator gave none either.</summary>
    public bool ServesPlain(TrustOptions trust) => PlainHttp || (trust.AllowPlainMachines && CertificatePath.Length == 0);

    /// <returns>Every problem as a sentence.</returns>
    public IEnumerable<string> Problems()
    {
        foreach (var (key, path) in new[] { (nameof(CertificatePath), CertificatePath), (nameof(CertificateKeyPath), CertificateKeyPath), (nameof(ClientCaPath), ClientCaPath) })
        {
            if (path.Length > 0 && !File.Exists(path))
            {
                yield return $"{Section}:{key} names {path}, which is not a file that this program can see.";
            }
        }

        if (CertificatePath.Length == 0 && (ClientCaPath.Length > 0 || CertificateKeyPath.Length > 0))
        {
            yield return $"{Section}:{nameof(ClientCaPath)} and {nameof(CertificateKeyPath)} need {Section}:{nameof(CertificatePath)}.";
        }

        if (PlainHttp && ClientCaPath.Length > 0)
        {
            yield return $"{Section}:{nameof(PlainHttp)} and {nameof(ClientCaPath)} contradict each other: over plain HTTP nobody shows a certificate.";
        }

        if (ApiKeySha256.Any(hash => hash.Length != 64 || !hash.All(char.IsAsciiHexDigit)))
        {
            yield return $"{Section}:{nameof(ApiKeySha256)} must hold SHA-256 values of 64 hexadecimal digits, and never a key itself. 'rig-ingest api-key' prints one.";
        }

        foreach (var network in AllowedNetworks.Where(network => !IPNetwork.TryParse(network, out _)))
        {
            yield return $"{Section}:{nameof(AllowedNetworks)} contains '{network}', which is not a network such as 192.168.1.0/24.";
        }

        foreach (var host in Hosts.Where(host => Uri.CheckHostName(host) == UriHostNameType.Unknown))
        {
            yield return $"{Section}:{nameof(Hosts)} contains '{host}', which is not a name or an address alone, such as matches.home.arpa.";
        }

        if (SignInsPerMinute is < 1 or > 10_000)
        {
            yield return $"{Section}:{nameof(SignInsPerMinute)} must be 1 to 10000.";
        }

        if (MaxRequestsPerSecond is < 0 or > 1_000_000)
        {
            yield return $"{Section}:{nameof(MaxRequestsPerSecond)} must be 0 for no limit, or up to 1000000.";
        }
    }
}
