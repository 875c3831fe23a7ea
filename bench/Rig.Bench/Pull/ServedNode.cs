using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rig.Domain.Identity;

namespace Rig.Bench.Pull;

/// <summary>A camera node's recordings routes over HTTP, from memory, so that the server pulling from it is what is measured.</summary>
internal sealed class ServedNode : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly BenchTake take;
    private readonly string camera;
    private readonly ConcurrentDictionary<string, string> sessions = new();
    private TaskCompletionSource allConfirmed = new();

    private ServedNode(WebApplication app, BenchTake take, string camera) => (this.app, this.take, this.camera) = (app, take, camera);

    public static async Task<ServedNode> StartAsync(int port, BenchTake take, string camera, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        var node = new ServedNode(app, take, camera);
        app.MapGet("/api/v1/recordings", node.List);
        app.MapGet("/api/v1/recordings/{id}/manifest", (string id) => Results.Text(node.Manifest(id), "application/json"));
        app.MapGet("/api/v1/recordings/{id}/download", node.DownloadAsync);
        app.MapPost("/api/v1/recordings/confirm", (Delegate)node.ConfirmAsync);
        await app.StartAsync(cancellationToken);
        return node;
    }

    /// <summary>Has new finished takes, each of a session of its own that waits for other cameras.</summary>
    /// <returns>Completes when the server has confirmed them all.</returns>
    public Task Offer(string prefix, int takes)
    {
        allConfirmed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var number = 0; number < takes; number++)
        {
            var session = $"{prefix}N{number}";
            sessions[$"{session}_{camera}"] = session;
        }

        return allConfirmed.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    private IResult List() => Results.Json(new JsonObject
    {
        ["recordings"] = new JsonArray([.. sessions.Select(entry => new JsonObject
        {
            ["id"] = entry.Key,
            ["filename"] = entry.Key + ".mp4",
            ["size_bytes"] = take.SizeBytes,
            ["session_id"] = entry.Value,
            ["camera_id"] = camera,
            ["offloaded"] = false,
            ["checksum"] = new JsonObject { ["algo"] = "sha256", ["value"] = take.Sha256 },
        })]),
    });

    private string Manifest(string id) => new JsonObject
    {
        ["version"] = "1.0",
        ["recording"] = new JsonObject
        {
            ["id"] = id,
            ["session_id"] = sessions[id],
            ["camera_id"] = camera,
            ["position"] = CameraId.Parse(camera).Position,
            ["take"] = 1,
            ["session_cameras"] = new JsonArray("CAM_L", "CAM_C", "CAM_R"),
            ["end_reason"] = "stopped",
        },
        ["file"] = new JsonObject { ["name"] = id + ".mp4", ["size_bytes"] = take.SizeBytes, ["container"] = "mp4", ["codec"] = "h264" },
        ["video"] = new JsonObject { ["resolution"] = new JsonObject { ["width"] = 1280, ["height"] = 720 }, ["fps"] = 30, ["bitrate_mbps"] = 5, ["duration_sec"] = 2.0 },
        ["timing"] = new JsonObject { ["start_time"] = "2026-11-21T14:00:00.123456Z", ["end_time"] = "2026-11-21T14:00:02.123456Z", ["ntp_synced"] = true },
        ["checksum"] = new JsonObject { ["algorithm"] = "sha256", ["value"] = take.Sha256 },
    }.ToJsonString();

    private async Task DownloadAsync(HttpContext context)
    {
        var range = context.Request.GetTypedHeaders().Range!.Ranges.Single();
        var (from, to) = (range.From!.Value, range.To!.Value);
        context.Response.StatusCode = 206;
        context.Response.ContentLength = to - from + 1;
        context.Response.Headers.ContentRange = $"bytes {from}-{to}/{take.SizeBytes}";
        while (from <= to)
        {
            var piece = take.PieceAt(from, Math.Min(to - from + 1, 256 << 10));
            await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            from += piece.Length;
        }
    }

    private async Task<IResult> ConfirmAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        var id = Path.GetFileNameWithoutExtension((string)body["file"]!);
        if ((string)body["checksum"]!["value"]! != take.Sha256)
        {
            return Results.Json(new { success = false, error = "Checksum mismatch" }, statusCode: 400);
        }

        if (sessions.TryRemove(id, out _) && sessions.IsEmpty)
        {
            allConfirmed.TrySetResult();
        }

        return Results.Json(new { success = true, message = "ok", deleted = false });
    }
}
