using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Rig.Tests.Ingest;

/// <summary>
/// A camera node's REST routes over real HTTP, with faults on demand: connections cut after a number of bytes, bits flipped on the
/// wire, confirmations that get lost. Counts what was sent.
/// </summary>
internal sealed class ScriptedNode : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, NodeTake> takes = new();
    private long sentBytes;

    private ScriptedNode(WebApplication app) => this.app = app;

    public string Url => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>For a range that starts at the offset: after how many bytes its connection is cut; null lets it through. Ranges may overtake one another.</summary>
    public Func<long, long?> CutAfter { get; set; } = _ => null;

    /// <summary>Flips one bit in every answer while true.</summary>
    public bool FlipBits { get; set; }

    /// <summary>Manifests lack what they must have.</summary>
    public bool BreakManifests { get; set; }

    /// <summary>Status of the next confirmations; 200 when empty.</summary>
    public ConcurrentQueue<int> ConfirmStatuses { get; } = new();

    /// <summary>Runs before a range's first byte, with its offset.</summary>
    public Func<long, Task> BeforeRange { get; set; } = _ => Task.CompletedTask;

    /// <summary>Offsets of the ranges, in the order in which they were asked for.</summary>
    public ConcurrentQueue<long> RangesFrom { get; } = new();

    public long SentBytes => Interlocked.Read(ref sentBytes);

    public int Downloads => downloads;

    public ConcurrentQueue<JsonObject> Confirmations { get; } = new();

    public IReadOnlyCollection<string> Unconfirmed => takes.Where(take => !take.Value.Confirmed).Select(take => take.Key).ToList();

    private int downloads;

    public static async Task<ScriptedNode> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var node = new ScriptedNode(app);
        app.MapGet("/api/v1/recordings", node.List);
        app.MapGet("/api/v1/recordings/{id}/manifest", (string id) => node.takes.TryGetValue(id, out var take) ? Results.Text(node.BreakManifests ? "{}" : take.Manifest, "application/json") : Results.NotFound());
        app.MapGet("/api/v1/recordings/{id}/download", node.DownloadAsync);
        app.MapPost("/api/v1/recordings/confirm", (Delegate)node.ConfirmAsync);
        await app.StartAsync();
        return node;
    }

    public void Add(byte[] file, string session, string camera, int take = 1, string endReason = "stopped", params string[] sessionCameras)
    {
        var manifest = SampleTake.Manifest(file, session, camera, take, endReason, sessionCameras);
        takes[(string)manifest["recording"]!["id"]!] = new NodeTake(session, camera, file, SampleTake.Sha256(file), manifest.ToJsonString());
    }

    /// <summary>Lists an entry as it is, whatever it says.</summary>
    public List<JsonObject> OddEntries { get; } = [];

    private IResult List() => Results.Json(new JsonObject
    {
        ["recordings"] = new JsonArray(
            [.. takes.Select(take => new JsonObject
            {
                ["id"] = take.Key,
                ["filename"] = take.Key + ".mp4",
                ["size_bytes"] = take.Value.File.Length,
                ["session_id"] = take.Value.Session,
                ["camera_id"] = take.Value.Camera,
                ["offloaded"] = take.Value.Confirmed,
                ["checksum"] = new JsonObject { ["algo"] = "sha256", ["value"] = take.Value.Sha256 },
            }),
            .. OddEntries.Select(entry => entry.DeepClone())]),
    });

    private async Task DownloadAsync(HttpContext context, string id)
    {
        if (!takes.TryGetValue(id, out var take))
        {
            context.Response.StatusCode = 404;
            return;
        }

        Interlocked.Increment(ref downloads);
        var range = context.Request.GetTypedHeaders().Range!.Ranges.Single();
        var (from, to) = (range.From!.Value, range.To!.Value);
        RangesFrom.Enqueue(from);
        await BeforeRange(from);
        var bytes = take.File[(int)from..((int)to + 1)];
        if (FlipBits)
        {
            bytes[bytes.Length / 2] ^= 4;
        }

        context.Response.StatusCode = 206;
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.ContentRange = $"bytes {from}-{to}/{take.File.Length}";
        var cut = CutAfter(from);
        var send = (int)Math.Min(bytes.Length, cut ?? long.MaxValue);
        await context.Response.Body.WriteAsync(bytes.AsMemory(0, send));
        await context.Response.Body.FlushAsync();
        Interlocked.Add(ref sentBytes, send);
        if (send < bytes.Length)
        {
            context.Abort();
        }
    }

    private async Task<IResult> ConfirmAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        if (ConfirmStatuses.TryDequeue(out var status) && status != 200)
        {
            return Results.Json(new { success = false, error = "not now" }, statusCode: status);
        }

        Confirmations.Enqueue(body);
        var id = Path.GetFileNameWithoutExtension((string)body["file"]!);
        if (!takes.TryGetValue(id, out var take) || (string)body["checksum"]!["value"]! != take.Sha256)
        {
            return Results.Json(new { success = false, error = "Checksum mismatch" }, statusCode: 400);
        }

        take.Confirmed = true;
        return Results.Json(new { success = true, message = "ok", deleted = false });
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    private sealed record NodeTake(string Session, string Camera, byte[] File, string Sha256, string Manifest)
    {
        public bool Confirmed { get; set; }
    }
}
