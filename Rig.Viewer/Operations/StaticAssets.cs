using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.ResponseCompression;

namespace Rig.Viewer.Operations;

/// <summary>
/// Style sheets and scripts: the same for everyone. Pages name them below an address that is made of their contents, so a browser keeps
/// them for good and an update shows at once; by their plain names they are asked for again by ETag.
/// </summary>
internal static class StaticAssets
{
    private const int VersionLength = 12;

    /// <summary>What may be compressed: nothing that holds a form's token beside what a caller chose.</summary>
    private static readonly string[] CompressedTypes = ["text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/json", "application/vnd.apple.mpegurl"];

    public static void AddAssets(this IServiceCollection services)
    {
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = CompressedTypes;
        });
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
        services.AddSingleton(provider => new AssetAddress(Version(provider.GetRequiredService<IWebHostEnvironment>().WebRootPath)));
    }

    public static void UseAssets(this WebApplication app)
    {
        app.UseResponseCompression();
        app.UseStaticFiles(new StaticFileOptions
        {
            RequestPath = app.Services.GetRequiredService<AssetAddress>().Prefix,
            OnPrepareResponse = context => context.Context.Response.Headers.CacheControl = "public, max-age=31536000, immutable",
        });
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = context => context.Context.Response.Headers.CacheControl = "public, no-cache" });
    }

    private static string Version(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(Path.GetRelativePath(folder, path)));
            hash.AppendData(File.ReadAllBytes(path));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..VersionLength];
    }
}

/// <summary>Where pages find the files of <c>wwwroot</c>.</summary>
internal sealed class AssetAddress(string version)
{
    public string Prefix { get; } = "/assets/" + version;

    /// <param name="path">From <c>wwwroot</c>, such as <c>pages/game.js</c>.</param>
    public string Of(string path) => $"{Prefix}/{path}";
}
