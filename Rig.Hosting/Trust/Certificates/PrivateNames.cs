using System.Formats.Asn1;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Rig.Hosting.Trust.Certificates;

/// <summary>
/// Names and addresses that a rig's certificates may carry: those of a home or a field, never one of the internet. The authority
/// says so itself (name constraints, RFC 5280, 4.2.1.10), so that a phone that trusts it risks nothing elsewhere.
/// </summary>
internal static class PrivateNames
{
    private const string NameConstraints = "2.5.29.30";

    private static readonly string[] Domains = ["local", "lan", "home", "internal", "home.arpa", "localhost", "rig"];

    private static readonly IPNetwork[] Networks =
    [
        .. new[] { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128" }.Select(text => IPNetwork.Parse(text)),
    ];

    public static bool Allows(IPAddress address) => Networks.Any(network => network.Contains(address));

    public static bool Allows(string name) => Domains.Any(domain => name.Equals(domain, StringComparison.OrdinalIgnoreCase) || name.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase));

    public static X509Extension Constraint()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        {
            foreach (var domain in Domains)
            {
                using (writer.PushSequence())
                {
                    writer.WriteCharacterString(UniversalTagNumber.IA5String, domain, new Asn1Tag(TagClass.ContextSpecific, 2));
                }
            }

            foreach (var network in Networks)
            {
                using (writer.PushSequence())
                {
                    writer.WriteOctetString([.. network.BaseAddress.GetAddressBytes(), .. Mask(network)], new Asn1Tag(TagClass.ContextSpecific, 7));
                }
            }
        }

        return new X509Extension(NameConstraints, writer.Encode(), critical: true);
    }

    private static IEnumerable<byte> Mask(IPNetwork network)
    {
        var bytes = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 4 : 16;
        return Enumerable.Range(0, bytes).Select(index => (byte)(0xFF00 >> Math.Clamp(network.PrefixLength - (8 * index), 0, 8)));
    }
}
