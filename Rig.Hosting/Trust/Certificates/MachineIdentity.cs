using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Rig.Domain.Identity;

namespace Rig.Hosting.Trust.Certificates;

public enum MachineRole
{
    /// <summary>A camera node; its name is its camera.</summary>
    Node,

    /// <summary>A home server.</summary>
    Server,
}

/// <summary>Who a machine is, as its certificate says: <c>rig:node/CAM_C</c> or <c>rig:server/home</c>, its only URI (RFC 5280, 4.2.1.6).</summary>
/// <param name="Name">A camera id, or a server's name: lower-case letters, digits and hyphens, 1 to 32 of them.</param>
public sealed record MachineIdentity(MachineRole Role, string Name)
{
    private const string Scheme = "rig:";
    private const string AlternativeNames = "2.5.29.17";
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    public static MachineIdentity Node(CameraId camera) => new(MachineRole.Node, camera.Value);

    /// <summary>As the certificate has it.</summary>
    public Uri ToUri() => new($"{Scheme}{(Role == MachineRole.Node ? "node" : "server")}/{Name}");

    /// <summary>As people say it: <c>camera CAM_C</c>, <c>server home</c>.</summary>
    public override string ToString() => $"{(Role == MachineRole.Node ? "camera" : "server")} {Name}";

    /// <param name="text">A camera id for a node (<c>CAM_C</c>), any other name for a server (<c>home</c>).</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out MachineIdentity? identity)
    {
        identity = CameraId.TryParse(text, out var camera) ? Node(camera)
            : text is { Length: >= 1 and <= 32 } && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') ? new MachineIdentity(MachineRole.Server, text)
            : null;
        return identity is not null;
    }

    /// <returns>Null for a certificate that names no machine of a rig, or more than one. Whose word that is, is not looked at here.</returns>
    public static MachineIdentity? Of(X509Certificate2 certificate)
    {
        try
        {
            return certificate.Extensions[AlternativeNames] is { } names && Uris(names.RawData).ToList() is [var only] ? FromUri(only) : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    // Written back, so that a server with a camera's name and the like are refused.
    private static MachineIdentity? FromUri(string uri) =>
        uri.LastIndexOf('/') is > 0 and var slash && TryParse(uri[(slash + 1)..], out var identity) && identity.ToUri().OriginalString == uri ? identity : null;

    private static List<string> Uris(byte[] names)
    {
        var found = new List<string>();
        var reader = new AsnReader(names, AsnEncodingRules.DER).ReadSequence();
        while (reader.HasData)
        {
            if (reader.PeekTag().HasSameClassAndValue(UriTag))
            {
                found.Add(reader.ReadCharacterString(UniversalTagNumber.IA5String, UriTag));
            }
            else
            {
                reader.ReadEncodedValue();
            }
        }

        return found;
    }
}
