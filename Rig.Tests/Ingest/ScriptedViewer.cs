using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rig.Domain.Publishing;

namespace Rig.Tests.Ingest;

/// <summary>The viewer's side of docs/ref/publish-api.md, with faults on demand.</summary>
internal sealed class ScriptedViewer : IAsyncDisposable
{
    public const string Key = "a-key";

    private readonly WebApplication app;
    private GamePublication? game;
    private int requests;

    private ScriptedViewer(WebApplication app) => this.app = app;

    public string Url => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    public bool Published { get; private set; }

    /// <summary>Given the request's number; a status answers it at once, null lets it through.</summary>
    public Func<int, int?> Answer { get; set; } = _ => null;

    /// <summary>Given a file's name and the bytes received of a request: how many are kept before the answer is lost.</summary>
    public Func<string, int, int?> LoseAnswerAfter { get; set; } = (_, _) => null;

    /// <summary>The file that is found wrong once when it is complete.</summary>
    public string? WrongOnce { get; set; }

    public GamePublication? Game => game;

    public static async Task<ScriptedViewer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var viewer = new ScriptedViewer(app);
        app.Use(viewer.GuardAsync);
        app.MapPost("/api/v1/push/games", viewer.AnnounceAsync);
        app.MapGet("/api/v1/push/games/7", viewer.Status);
        app.MapPatch("/api/v1/push/games/7/files/{name}", (Delegate)viewer.AppendAsync);
        app.MapPost("/api/v1/push/games/7/publish", viewer.Publish);
        await app.StartAsync();
        return viewer;
    }

    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var status = context.Request.Headers.Authorization != "Bearer " + Key ? 401 : Answer(Interlocked.Increment(ref requests));
        if (status is { } refused)
        {
            context.Response.StatusCode = refused;
            await context.Response.WriteAsync("""{"success":false,"error":"scripted"}""");
            return;
        }

        await next(context);
    }

    private async Task AnnounceAsync(HttpContext context)
    {
        game = await JsonSerializer.DeserializeAsync(context.Request.Body, PublicationJson.Default.GamePublication, context.RequestAborted);
        await Status().ExecuteAsync(context);
    }

    private IResult Status() => Results.Json(
        new PublicationStatus(7, Published ? "published" : "receiving", game!.Files.Select(file => new PublicationFileStatus(file.Name, Held(file.Name).Length, IsComplete(file))).ToList()),
        PublicationJson.Default.PublicationStatus);

    private async Task AppendAsync(HttpContext context, string name)
    {
        var held = Held(name);
        var offset = long.Parse(context.Request.Headers["Upload-Offset"]!, CultureInfo.InvariantCulture);
        if (offset != held.Length)
        {
            Reply(context, 409, held.Length);
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (LoseAnswerAfter(name, (int)body.Length) is { } kept)
        {
            Files[name] = [.. held, .. body.ToArray().AsSpan(0, kept)];
            context.Abort();
            return;
        }

        Files[name] = [.. held, .. body.ToArray()];
        if (WrongOnce == name && Files[name].Length == game!.Files.Single(file => file.Name == name).SizeBytes)
        {
            WrongOnce = null;
            Files[name] = [];
            Reply(context, 422, 0);
            return;
        }

        Reply(context, 204, Files[name].Length);
    }

    private static void Reply(HttpContext context, int status, long offset)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["Upload-Offset"] = offset.ToString(CultureInfo.InvariantCulture);
    }

    private IResult Publish()
    {
        if (game!.Files.FirstOrDefault(file => !IsComplete(file)) is { } missing)
        {
            return Results.Json(new { success = false, error = $"{missing.Name} is missing." }, statusCode: 409);
        }

        Published = true;
        return Status();
    }

    private byte[] Held(string name) => Files.GetValueOrDefault(name) ?? [];

    private bool IsComplete(PublicationFile file) => SampleTake.Sha256(Held(file.Name)) == file.Sha256;

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }
}
