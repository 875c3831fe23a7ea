using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Rig.CameraNode.Updates;

/// <summary>A release as GitHub describes it (REST API, "Get the latest release"); only what is used here.</summary>
internal sealed record PublishedRelease(string TagName, string? Name, string? Body, IReadOnlyList<ReleaseAsset> Assets)
{
    private static readonly string[] Archives = [".tar.gz", ".tgz", ".zip"];

    /// <summary>The tag without its <c>v</c>.</summary>
    public string Version => TagName.TrimStart('v', 'V');

    /// <summary>The version may name a folder.</summary>
    public bool HasUsableVersion => VersionForm.IsMatch(Version);

    /// <summary>The archive for a platform; among several the first kind of <c>.tar.gz</c>, <c>.tgz</c>, <c>.zip</c>.</summary>
    public ReleaseAsset? ArchiveFor(string platform) => Archives
        .SelectMany(kind => Assets.Where(a => a.Name.Contains(platform, StringComparison.Ordinal) && a.Name.EndsWith(kind, StringComparison.Ordinal)))
        .FirstOrDefault();

    /// <summary>The asset with an archive's SHA-256: its name and <c>.sha256</c>, or a list for all.</summary>
    public ReleaseAsset? ChecksumsFor(ReleaseAsset archive) =>
        Assets.FirstOrDefault(a => a.Name == archive.Name + ".sha256") ?? Assets.FirstOrDefault(a => a.Name is "SHA256SUMS" or "checksums.txt");

    /// <summary>The line of a checksum file (form of sha256sum(1)) that is about the archive; null when none is.</summary>
    public static string? Sha256Of(string checksums, string archiveName) => checksums.Split('\n')
        .Select(line => ChecksumLine.Match(line.Trim()))
        .Where(m => m.Success && (m.Groups[2].Value.Length == 0 || m.Groups[2].Value == archiveName))
        .Select(m => m.Groups[1].Value.ToLowerInvariant())
        .FirstOrDefault();

    /// <summary>True when <see cref="Version"/> comes after <paramref name="current"/>, number by number.</summary>
    public bool IsNewerThan(string current) =>
        System.Version.TryParse(Version.Split('-')[0], out var offered) && System.Version.TryParse(current.Split('-')[0], out var running) && offered > running;

    private static readonly Regex VersionForm = new("^[0-9][0-9A-Za-z.-]{0,31}$", RegexOptions.Compiled);
    private static readonly Regex ChecksumLine = new(@"^([0-9a-fA-F]{64})(?:\s+\*?(\S+))?$", RegexOptions.Compiled);
}

internal sealed record ReleaseAsset(string Name, [property: JsonPropertyName("browser_download_url")] string DownloadUrl, long Size);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PublishedRelease))]
internal sealed partial class ReleaseJson : JsonSerializerContext;
