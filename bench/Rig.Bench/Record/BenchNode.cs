using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Record;

/// <summary>A real rig-node process with its capture process, on ports and folders of its own.</summary>
internal sealed class BenchNode : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly DemoProcess process;
    private readonly HttpClient http;

    private BenchNode(DemoProcess process, HttpClient http, string folder) => (this.process, this.http, Folder) = (process, http, folder);

    internal int ProcessId => process.ProcessId;

    internal string Folder { get; }

    /// <param name="camera">Settings of <c>Rig:Camera</c>.</param>
    internal static Task<BenchNode> StartAsync(string folder, string cameraId, int port, int clusterPort, IReadOnlyDictionary<string, string> camera, params int[] seeds) =>
        StartAsync(folder, cameraId, port, clusterPort, camera, Programs.Find("rig-node"), seeds);

    /// <summary>As above, with a program that need not be the one that was built.</summary>
    internal static async Task<BenchNode> StartAsync(
        string folder, string cameraId, int port, int clusterPort, IReadOnlyDictionary<string, string> camera, string program, int[] seeds)
    {
        var settings = new Dictionary<string, string>
        {
            ["Rig__Node__CameraId"] = cameraId,
            ["Rig__Node__ListenAddress"] = "127.0.0.1",
            ["Rig__Node__Port"] = Text(port),
            ["Rig__Node__ClusterHost"] = "127.0.0.1",
            ["Rig__Node__ClusterPort"] = Text(clusterPort),
            ["Rig__Node__ConfigPath"] = Path.Combine(folder, "config.json"),
            ["Rig__Storage__RecordingsPath"] = Path.Combine(folder, "recordings"),
            ["Rig__Storage__ManifestsPath"] = Path.Combine(folder, "manifests"),
            ["Rig__Storage__MinFreeSpaceGb"] = "0",
            ["Rig__Guards__MinRecordingMinutes"] = "0",
            ["Rig__Guards__Temperature"] = "ignore",
            ["Rig__Audio__Enabled"] = "false",
        };
        foreach (var (key, value) in camera)
        {
            settings["Rig__Camera__" + key] = value;
        }

        string[] cameras = seeds.Length == 0 ? [cameraId] : ["CAM_L", "CAM_C", "CAM_R"];
        for (var i = 0; i < cameras.Length; i++)
        {
            settings[$"Rig__Node__ExpectedCameras__{i}"] = cameras[i];
        }

        for (var i = 0; i < seeds.Length; i++)
        {
            settings[$"Rig__Node__SeedNodes__{i}"] = $"127.0.0.1:{seeds[i]}";
        }

        Directory.CreateDirectory(folder);
        var cookie = NodeDevice.Pair(settings["Rig__Node__ConfigPath"]);
        var process = DemoProcess.StartOther(cameraId, program, [], settings, folder);
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(2), DefaultRequestHeaders = { { "Cookie", cookie } } };
        var node = new BenchNode(process, http, folder);
        await node.UntilAsync(status => status.GetProperty("ready").GetBoolean());
        return node;
    }

    internal async Task<JsonElement> StatusAsync() => await http.GetFromJsonAsync<JsonElement>("/api/v1/status");

    internal async Task<JsonElement> GetAsync(string path) => await http.GetFromJsonAsync<JsonElement>(path);

    /// <exception cref="InvalidOperationException">The node refused.</exception>
    internal async Task<JsonElement> PostAsync(string path, object? body = null)
    {
        using var reply = await http.PostAsJsonAsync(path, body ?? new { });
        var answer = await reply.Content.ReadFromJsonAsync<JsonElement>();
        return reply.IsSuccessStatusCode ? answer : throw new InvalidOperationException($"{path} was answered by {(int)reply.StatusCode}: {answer}");
    }

    /// <summary>Reads a body to its end and throws it away.</summary>
    internal async Task<long> DownloadAsync(string path, CancellationToken cancellationToken)
    {
        using var reply = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        reply.EnsureSuccessStatusCode();
        await using var body = await reply.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[1 << 18];
        long total = 0;
        for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            total += read;
        }

        return total;
    }

    internal async Task<JsonElement> UntilAsync(Func<JsonElement, bool> condition)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        while (true)
        {
            try
            {
                var status = await StatusAsync();
                if (condition(status))
                {
                    return status;
                }
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }

            if (process.HasExited || timeout.IsCancellationRequested)
            {
                throw new InvalidOperationException($"rig-node did not get there:\n{process.Tail()}");
            }

            await Task.Delay(100, CancellationToken.None);
        }
    }

    /// <summary>SIGKILL.</summary>
    internal async Task KillAsync()
    {
        http.Dispose();
        await process.KillAsync();
    }

    internal static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await process.DisposeAsync();
    }
}
