using System.Text.Json.Serialization;

namespace Rig.CameraNode.Updates;

/// <summary>A release as GitHub describes it (REST API, "Get the latest release"); only what is used here. None of it is trusted.</summary>
internal sealed record PublishedRelease(string TagName, string? Name, string? Body, IReadOnlyList<ReleaseAsset> Assets)
{
    private static readonly string[] Archives = [".tar.gz", ".tgz", ".zip"];

    /// <summary>The tag without its <c>v</c>.</summary>
    public string Version => TagName.TrimStart('v', 'V');

    public bool HasUsableVersion => ReleaseVersion.TryParse(Version, out _);

    /// <summary>The archive for a platform; among several the first kind of <c>.tar.gz</c>, <c>.tgz</c>, <c>.zip</c>.</summary>
    public ReleaseAsset? ArchiveFor(string platform) => Archives
        .SelectMany(kind => Assets.Where(a => a.Name.Contains(platform, StringComparison.Ordinal) && a.Name.EndsWith(kind, StringComparison.Ordinal)))
        .FirstOrDefault();

    /// <summary>The asset with an archive's manifest: its name and <c>.release.json</c>.</summary>
    public ReleaseAsset? ManifestFor(ReleaseAsset archive) => Assets.FirstOrDefault(a => a.Name == archive.Name + ".release.json");

    /// <summary>The asset with the signature over that manifest: the archive's name and <c>.release.sig</c>.</summary>
    public ReleaseAsset? SignatureFor(ReleaseAsset archive) => Assets.FirstOrDefault(a => a.Name == archive.Name + ".release.sig");

    /// <summary>True when <see cref="Version"/> comes after <paramref name="current"/>.</summary>
    public bool IsNewerThan(string current) => ReleaseVersion.TryParse(Version, out var offered) && ReleaseVersion.TryParse(current, out var running) && offered.CompareTo(running) > 0;
}

internal sealed record ReleaseAsset(string Name, [property: JsonPropertyName("browser_download_url")] string DownloadUrl, long Size);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PublishedRelease))]
internal sealed partial class ReleaseJson : JsonSerializerContext;
