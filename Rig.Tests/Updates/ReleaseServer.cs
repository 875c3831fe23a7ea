extern alias node;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using node::Rig.CameraNode.Updates;

namespace Rig.Tests.Updates;

/// <summary>A server that answers like GitHub's releases, with a key of its own.</summary>
internal sealed class ReleaseServer : IAsyncDisposable
{
    private const string Name = "rig-node-linux-x64.tar.gz";

    private readonly WebApplication app;

    private ReleaseServer(WebApplication app) => this.app = app;

    public string Url => $"{app.Urls.First()}/latest";

    public ReleaseSigner Signer { get; } = new();

    /// <param name="sha256">What the signed description says; else the archive's own.</param>
    public static async Task<ReleaseServer> StartAsync(
        string tag, byte[] archive, string? sha256 = null, bool signed = true, Func<ReleaseManifest, ReleaseManifest>? change = null, Action? onDownload = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ReleaseServer(app);
        var manifest = server.Signer.Describe(tag.TrimStart('v'), archive, 1_000_000);
        manifest = manifest with { Sha256 = sha256 ?? manifest.Sha256 };
        var release = server.Signer.Sign(change?.Invoke(manifest) ?? manifest);
        string[] names = signed ? [Name, Name + ".release.json", Name + ".release.sig"] : [Name];
        app.MapGet("/latest", (HttpRequest request) => Results.Json(new
        {
            tag_name = tag,
            name = "A release",
            body = "Notes",
            assets = names.Select(name => new { name, browser_download_url = $"http://{request.Host}/{name}", size = archive.Length }),
        }));
        app.MapGet($"/{Name}", () =>
        {
            onDownload?.Invoke();
            return Results.Bytes(archive);
        });
        app.MapGet($"/{Name}.release.json", () => Results.Bytes(release.Manifest));
        app.MapGet($"/{Name}.release.sig", () => Results.Bytes(release.Signature));
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Signer.Dispose();
    }
}
