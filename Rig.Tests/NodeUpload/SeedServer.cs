using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Rig.Tests.NodeUpload;

/// <summary>A server that knows seed 001's three routes and nothing more, with the faults a test asks for.</summary>
internal sealed class SeedServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private SeedServer(WebApplication app) => this.app = app;

    /// <summary>By session and camera.</summary>
    public ConcurrentDictionary<(string Session, string Camera), byte[]> Held { get; } = [];

    public ConcurrentQueue<string> Manifests { get; } = [];

    /// <summary>Answers an upload instead of taking it; null takes it.</summary>
    public Func<int, (int Status, object Body)?> OnUpload { get; set; } = _ => null;

    public Func<string, string> ConfirmedChecksum { get; set; } = sha => sha;

    public int Uploads { get; private set; }

    public Uri Url => new(app.Urls.First());

    public static async Task<SeedServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new SeedServer(app);
        app.MapPost("/api/v1/upload", server.UploadAsync);
        app.MapPost("/api/v1/upload/confirm", server.ConfirmAsync);
        app.MapGet("/api/v1/health", () => Results.Json(new { status = "healthy", storage_free_gb = 500.0, active_uploads = 0 }));
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task<IResult> UploadAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        Uploads++;
        if (OnUpload(Uploads) is { } answer)
        {
            return Results.Json(answer.Body, statusCode: answer.Status);
        }

        using var memory = new MemoryStream();
        await form.Files["file"]!.CopyToAsync(memory);
        var calculated = Convert.ToHexStringLower(SHA256.HashData(memory.ToArray()));
        if (calculated != form["checksum"])
        {
            return Results.Json(new { success = false, error = "Checksum mismatch", expected = form["checksum"].ToString(), calculated }, statusCode: 400);
        }

        Held[(form["session_id"]!, form["camera_id"]!)] = memory.ToArray();
        if (form["manifest"] is [{ } manifest])
        {
            Manifests.Enqueue(manifest);
        }

        // The peer's own names: 201 and size_bytes, no file_size.
        return Results.Json(new { success = true, session_id = form["session_id"].ToString(), camera_id = form["camera_id"].ToString(), size_bytes = memory.Length, checksum_verified = true }, statusCode: 201);
    }

    private async Task<IResult> ConfirmAsync(HttpRequest request)
    {
        using var body = await JsonDocument.ParseAsync(request.Body);
        var (session, camera) = (body.RootElement.GetProperty("session_id").GetString()!, body.RootElement.GetProperty("camera_id").GetString()!);
        return Held.TryGetValue((session, camera), out var bytes)
            ? Results.Json(new { success = true, session_id = session, camera_id = camera, size_bytes = bytes.Length, checksum_sha256 = ConfirmedChecksum(Convert.ToHexStringLower(SHA256.HashData(bytes))), confirmed_at = TimeProvider.System.GetUtcNow() })
            : Results.Json(new { success = false, error = "Recording not found" }, statusCode: 404);
    }
}
