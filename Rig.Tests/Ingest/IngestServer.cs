using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Rig.Ingest;
using Rig.Tests.Support;
using Serilog;
using Serilog.Core;

namespace Rig.Tests.Ingest;

/// <summary>
/// The whole home server on a free port, with its folders under a test's own. <see cref="Http"/> is signed in as an owner; whoever brings
/// recordings needs no key, unless the test configures one.
/// </summary>
internal sealed class IngestServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private IngestServer(WebApplication app, TempFolder folder, string cookie, bool isPlain)
    {
        this.app = app;
        Folder = folder;

        // The port speaks both; on this machine plain HTTP is served in full, unless the operator gave a certificate.
        var url = new UriBuilder(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        url.Scheme = isPlain ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        url.Host = url.Host == "0.0.0.0" ? "127.0.0.1" : url.Host;
        Address = url.Uri;
        Http = IngestPeople.Client(Address, cookie);
    }

    public TempFolder Folder { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => app.Services;

    public static async Task<IngestServer> StartAsync(TempFolder folder, string database, Action<WebApplicationBuilder>? configure = null, params string[] settings)
    {
        var app = IngestHost.Build(
            [
                "--Rig:Storage:SessionsPath=" + folder.File("sessions"),
                "--Rig:Storage:ProcessingPath=" + folder.File("processing"),
                "--Rig:Storage:TempPath=" + folder.File("temp"),
                "--Rig:Storage:MinFreeSpaceGb=0",
                "--Rig:Server:Host=127.0.0.1",
                "--Rig:Server:Port=0",
                "--Rig:Trust:Directory=" + folder.File("trust"),
                "--Rig:Trust:AllowPlainMachines=true",
                // What tests that write HTTP by hand call it.
                "--Rig:Security:Hosts:0=rig",
                "--Rig:Database:AutoUpgrade=true",
                "--Rig:Database:ConnectionString=" + database,
                .. settings,
            ],
            builder =>
            {
                builder.Services.AddSerilog(Logger.None);
                configure?.Invoke(builder);
            });
        try
        {
            await app.StartAsync();
            return new IngestServer(app, folder, await IngestPeople.CookieAsync(app.Services), isPlain: !settings.Any(setting => setting.StartsWith("--Rig:Security:CertificatePath=", StringComparison.Ordinal)));
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Nobody known.</summary>
    public HttpClient Anonymous() => new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };

    public async Task<Reply> UploadAsync(MultipartFormDataContent form)
    {
        using var response = await Http.PostAsync("/api/v1/upload", form);
        return await Reply.ReadAsync(response);
    }

    public async Task<Reply> ConfirmAsync(object body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync("/api/v1/upload/confirm", content);
        return await Reply.ReadAsync(response);
    }

    public async Task<Reply> GetAsync(string path)
    {
        using var response = await Http.GetAsync(path);
        return await Reply.ReadAsync(response);
    }

    public async Task<Reply> PostAsync(string path)
    {
        using var response = await Http.PostAsync(path, content: null);
        return await Reply.ReadAsync(response);
    }

    public async Task<Reply> PostJsonAsync(string path, object body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(path, content);
        return await Reply.ReadAsync(response);
    }

    /// <summary>Every file under the storage folders, relative.</summary>
    public IReadOnlyList<string> Files(params string[] under)
    {
        var root = Folder.File(under);
        return Directory.Exists(root)
            ? Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal).ToList()
            : [];
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}

internal sealed record Reply(int Status, JsonObject Body)
{
    public string Error => (string)Body["error"]!;

    public static async Task<Reply> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return new Reply((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : []);
    }
}

/// <summary>Takes as a node would send them: the smallest bytes that are an MP4 file.</summary>
internal static class SampleTake
{
    public static byte[] Mp4(int payloadBytes = 1000, int seed = 1)
    {
        var payload = new byte[payloadBytes];
        new Random(seed).NextBytes(payload);
        return [.. Box("ftyp", "isom\0\0\0\0"u8), .. Box("moov", new byte[16]), .. Box("mdat", payload)];
    }

    public static byte[] Box(string type, ReadOnlySpan<byte> content)
    {
        var box = new byte[8 + content.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        Encoding.ASCII.GetBytes(type, box.AsSpan(4));
        content.CopyTo(box.AsSpan(8));
        return box;
    }

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static MultipartFormDataContent Form(
        byte[] file, string session = "GAME_20261121_140000", string camera = "CAM_C", string? checksum = null, string? manifest = null) =>
        Fields(("session_id", session), ("camera_id", camera), ("checksum", checksum ?? Sha256(file)), ("manifest", manifest))
            .WithFile(file);

    public static MultipartFormDataContent Fields(params (string Name, string? Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
        {
            if (value is not null)
            {
                form.Add(new StringContent(value), name);
            }
        }

        return form;
    }

    public static MultipartFormDataContent WithFile(this MultipartFormDataContent form, byte[] file)
    {
        form.Add(new ByteArrayContent(file) { Headers = { ContentType = new("video/mp4") } }, "file", "../../escape.mp4");
        return form;
    }

    /// <summary>Seed 001's nested manifest.</summary>
    public static JsonObject Manifest(
        byte[] file, string session = "GAME_20261121_140000", string camera = "CAM_C", int take = 1, string endReason = "stopped", params string[] sessionCameras) => new()
        {
            ["version"] = "1.0",
            ["recording"] = new JsonObject
            {
                ["id"] = take == 1 ? $"{session}_{camera}" : $"{session}_{camera}_T{take}",
                ["session_id"] = session,
                ["camera_id"] = camera,
                ["position"] = camera switch { "CAM_L" => "left", "CAM_C" => "center", "CAM_R" => "right", _ => "other" },
                ["take"] = take,
                ["session_cameras"] = sessionCameras.Length == 0 ? new JsonArray() : new JsonArray([.. sessionCameras.Select(name => JsonValue.Create(name))]),
                ["end_reason"] = endReason,
            },
            ["file"] = new JsonObject { ["name"] = (take == 1 ? $"{session}_{camera}" : $"{session}_{camera}_T{take}") + ".mp4", ["size_bytes"] = file.Length, ["container"] = "mp4", ["codec"] = "h264" },
            ["video"] = new JsonObject { ["resolution"] = new JsonObject { ["width"] = 1280, ["height"] = 720 }, ["fps"] = 30, ["bitrate_mbps"] = 5, ["duration_sec"] = 2.0 },
            ["timing"] = new JsonObject { ["start_time"] = "2026-11-21T14:00:00.123456Z", ["end_time"] = "2026-11-21T14:00:02.123456Z", ["ntp_synced"] = true },
            ["checksum"] = new JsonObject { ["algorithm"] = "sha256", ["value"] = Sha256(file) },
        };
}
