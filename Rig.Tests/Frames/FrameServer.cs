using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rig.Domain.Frames;
using Rig.Ingest.Frames;
using Rig.Rehearsal.Shelf;
using Rig.Tests.Ingest;
using Rig.Tests.Support;

namespace Rig.Tests.Frames;

/// <summary>A whole home server with one device, <c>shelf-1</c>, whose key the test has.</summary>
internal sealed class FrameServer : IAsyncDisposable
{
    public const string DeviceName = "shelf-1";

    private static readonly Lazy<byte[]> Drawn = new(() =>
    {
        using var scene = new ShelfScene(ShelfScript.Generate(1));
        return scene.Draw(0).Jpeg;
    });

    private FrameServer(IngestServer server, TempFolder folder, string database, string key)
    {
        (Server, Folder, Database, Key) = (server, folder, database, key);
        Device = server.Anonymous();
        Device.DefaultRequestHeaders.Add(FrameContract.KeyHeader, key);
    }

    public IngestServer Server { get; }

    public TempFolder Folder { get; }

    public string Database { get; }

    public string Key { get; }

    /// <summary>Sends with the device's key.</summary>
    public HttpClient Device { get; }

    /// <summary>640x480.</summary>
    public static byte[] Jpeg => Drawn.Value;

    public string FramesPath => Folder.File("frames");

    public static async Task<FrameServer> StartAsync(TempFolder folder, string database, Action<WebApplicationBuilder>? configure = null, params string[] settings)
    {
        var server = await IngestServer.StartAsync(
            folder,
            database,
            builder =>
            {
                ScriptedStages.Register(builder);
                configure?.Invoke(builder);
            },
            ["--Rig:Frames:Path=" + folder.File("frames"), "--Rig:Frames:MinFreeSpaceGb=0", "--Rig:Frames:Workers=0", "--Rig:Frames:PollInterval=00:00:00.2", "--Rig:Frames:ReorderWindow=00:00:00",
             "--Rig:Frames:MaxRequestsPerSecond=1000", "--Rig:Frames:MaxRequestsAtOnce=10000", "--Rig:Pipeline:Workers=0", "--Rig:Pull:PollInterval=01:00:00", .. settings]);
        var key = await server.Services.GetRequiredService<DeviceTable>().AddAsync(DeviceId.Parse(DeviceName), "The shelf", CancellationToken.None)
            ?? await server.Services.GetRequiredService<DeviceTable>().RotateKeyAsync(DeviceId.Parse(DeviceName), TimeSpan.Zero, CancellationToken.None);
        return new FrameServer(server, folder, database, key!);
    }

    public static JsonObject Meta(long seq = 0) => new()
    {
        ["device_id"] = DeviceName,
        ["capture_ts"] = "2026-12-01T10:00:00Z",
        ["seq"] = seq,
        ["width"] = 640,
        ["height"] = 480,
        ["jpeg_quality"] = 80,
    };

    public static MultipartFormDataContent Form(JsonObject meta, byte[] jpeg) => new()
    {
        { new ByteArrayContent(jpeg) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } }, "image", "../../escape.jpg" },
        { new StringContent(meta.ToJsonString()), "meta" },
    };

    public static StringContent Json(JsonNode body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

    public Task<(int Status, string Body)> SendAsync(JsonObject meta, byte[]? jpeg = null, HttpClient? from = null) => PostAsync(FrameContract.FramePath, Form(meta, jpeg ?? Jpeg), from);

    public async Task<(int Status, string Body)> PostAsync(string path, HttpContent content, HttpClient? from = null)
    {
        using (content)
        {
            using var answer = await (from ?? Device).PostAsync(path, content);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
    }

    public async Task<long> CountAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Database);
        await using var command = source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public async Task<int> ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Every picture file under the frames' folder, relative.</summary>
    public IReadOnlyList<string> Files() => Directory.Exists(FramesPath)
        ? [.. Directory.EnumerateFiles(FramesPath, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(FramesPath, path)).Order(StringComparer.Ordinal)]
        : [];

    public async ValueTask DisposeAsync()
    {
        Device.Dispose();
        await Server.DisposeAsync();
    }
}
