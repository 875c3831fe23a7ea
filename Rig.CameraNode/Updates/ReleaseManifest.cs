using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rig.CameraNode.Updates;

/// <summary>What a release says of itself; its bytes are what is signed, and the archive counts only by its hash in here.</summary>
/// <param name="Product">Always <see cref="NodeProduct"/>: a signed release of another program is none for this one.</param>
/// <param name="Platform">Such as <c>linux-arm64</c>.</param>
/// <param name="Archive">Name of the archive among the release's files; ends with its kind.</param>
/// <param name="Size">Of the archive, in bytes.</param>
/// <param name="UnpackedSize">Of all its files together, in bytes.</param>
/// <param name="Sha256">Of the archive, 64 hexadecimal digits.</param>
/// <param name="Key">Id of the key that signed this, see <see cref="ReleaseKeys"/>.</param>
/// <param name="MinimumVersion">The oldest version that this one may follow; null: any.</param>
internal sealed record ReleaseManifest(
    string Product, string Version, string Platform, string Archive, long Size, long UnpackedSize, string Sha256, string Key, string? MinimumVersion = null)
{
    public const string NodeProduct = "rig-node";

    /// <summary>A manifest or a signature longer than this is none.</summary>
    public const int MaxBytes = 16 * 1024;

    public bool IsZip => Archive.EndsWith(".zip", StringComparison.Ordinal);

    /// <exception cref="UpdateException">It is none.</exception>
    public static ReleaseManifest Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return bytes.Length <= MaxBytes && JsonSerializer.Deserialize(bytes, ManifestJson.Default.ReleaseManifest) is { } manifest
                ? manifest
                : throw new UpdateException("The release's description cannot be read.");
        }
        catch (JsonException)
        {
            throw new UpdateException("The release's description cannot be read.");
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ReleaseManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
