using Rig.Domain.Identity;

namespace Rig.Ingest.Pull;

/// <summary>A finished take that a node offers. What it says is only believed after the bytes were hashed here.</summary>
/// <param name="NodeUrl">Root of the node's REST routes, without a slash at the end.</param>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record RemoteTake(string NodeUrl, TakeId Id, long SizeBytes, string Sha256)
{
    /// <summary>Reads what a node says, by an allow-list: anything unusual makes the take unusable instead of reaching a path or a URL.</summary>
    /// <param name="why">Why it is unusable, in words.</param>
    public static RemoteTake? TryCreate(string nodeUrl, string? recordingId, long sizeBytes, string? sha256, long maxBytes, out string why)
    {
        why = "";
        if (!TakeId.TryParse(recordingId, out var id))
        {
            why = "The node lists a recording whose name is not one.";
        }
        else if (sha256 is not { Length: 64 } || !sha256.All(char.IsAsciiHexDigit))
        {
            why = $"The node lists {id} without a SHA-256; it is taken once the node has one.";
        }
        else if (sizeBytes <= 0 || sizeBytes > maxBytes)
        {
            why = $"The node lists {id} with {sizeBytes} bytes, which this server does not accept (Rig:Server:MaxUploadSizeGb).";
        }

        return why.Length == 0 ? new RemoteTake(nodeUrl, id, sizeBytes, sha256!.ToLowerInvariant()) : null;
    }

    /// <summary>The one form of a node's address that is compared; null when it is no http or https address.</summary>
    public static string? NormalizeNodeUrl(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && (parsed.Scheme == Uri.UriSchemeHttp || parsed.Scheme == Uri.UriSchemeHttps)
            ? parsed.GetLeftPart(UriPartial.Path).TrimEnd('/')
            : null;
}
