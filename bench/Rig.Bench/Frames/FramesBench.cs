using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Rig.Bench.Receive;
using Rig.Domain.Frames;
using Rig.Ingest.Frames;
using Rig.Rehearsal.Demo;
using Rig.Rehearsal.Shelf;

namespace Rig.Bench.Frames;

/// <summary>
/// Still frames: pictures that the server has synced and committed, beside the same requests into a minimal python3 http.server that only
/// writes the file; how long an answer takes with 200 devices; and pictures analysed a second by one core.
/// </summary>
internal static class FramesBench
{
    private const string Person = "bench";
    private const string Password = "bench of frames";
    private const int Devices = 200;
    private const int AtOnce = 64;
    private const int PacedSeconds = 10;

    private const string Python = """
        import http.server, os, sys, itertools
        folder, port, count = sys.argv[1], int(sys.argv[2]), itertools.count()
        class Store(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with open(os.path.join(folder, str(next(count))), "wb") as file:
                    file.write(body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
            def log_message(self, *args):
                pass
        http.server.ThreadingHTTPServer(("127.0.0.1", port), Store).serve_forever()
        """;

    internal static async Task<int> RunAsync(int frames, int rounds, CancellationToken cancellationToken)
    {
        var jpeg = Picture();
        var perCore = Analyse(300);
        await using var ingest = await IngestUnderTest.StartAsync(
            new Dictionary<string, string>
            {
                ["Rig__Security__MaxRequestsPerSecond"] = "0",
                ["Rig__Frames__MaxRequestsPerSecond"] = "10000",
                ["Rig__Frames__MaxRequestsAtOnce"] = "100000",
                ["Rig__Frames__MinFreeSpaceGb"] = "0",
                ["Rig__Frames__Workers"] = "0",
                ["Rig__Frames__Path"] = Path.Combine(Path.GetTempPath(), $"rig-bench-frames-{Environment.ProcessId}"),
            },
            cancellationToken);
        await ingest.RunAsync(["account", "add", Person, "--owner"], Password, cancellationToken);
        var keys = await KeysAsync(ingest.Address, cancellationToken);
        var folder = Directory.CreateTempSubdirectory("rig-bench-python-").FullName;
        var port = FreePort.Next();
        await File.WriteAllTextAsync(Path.Combine(folder, "store.py"), Python, cancellationToken);
        await using var python = DemoProcess.StartOther("python", "/usr/bin/python3", [Path.Combine(folder, "store.py"), folder, port.ToString(CultureInfo.InvariantCulture)], new Dictionary<string, string>(), folder);
        var peer = new Uri($"http://127.0.0.1:{port}");
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Devices });
        await UntilAsync(client, peer, cancellationToken);

        var seq = 0L;
        await StoreAsync(client, ingest.Address, keys, jpeg, frames / 4, () => Interlocked.Increment(ref seq), cancellationToken);
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(await StoreAsync(client, ingest.Address, keys, jpeg, frames, () => Interlocked.Increment(ref seq), cancellationToken));
            theirs.Add(await StoreAsync(client, peer, keys, jpeg, frames, () => Interlocked.Increment(ref seq), cancellationToken));
        }

        var (p50, p99) = await PacedAsync(client, ingest.Address, keys, jpeg, () => Interlocked.Increment(ref seq), cancellationToken);
        ours.Sort();
        theirs.Sort();
        var (our, their) = (ours[rounds / 2], theirs[rounds / 2]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"frames: {jpeg.Length / 1024} KiB pictures, synced and committed {our:0} /s, python http.server without sync {their:0} /s, ratio {our / their:0.00}; {Devices} devices at 1 /s: p50 {p50:0.0} ms, p99 {p99:0.0} ms; analysis {perCore:0} /s a core"));
        Directory.Delete(folder, recursive: true);
        Directory.Delete(Path.Combine(Path.GetTempPath(), $"rig-bench-frames-{Environment.ProcessId}"), recursive: true);
        return our / their >= 5 && p99 <= 50 && perCore >= 300 ? 0 : 1;
    }

    private static byte[] Picture()
    {
        using var scene = new ShelfScene(ShelfScript.Generate(1));
        return scene.Draw(0).Jpeg;
    }

    /// <returns>Pictures a second: decoding, comparison and decision, on one thread.</returns>
    private static double Analyse(int count)
    {
        var script = ShelfScript.Demo(1, 5, 20);
        using var scene = new ShelfScene(script);
        var pictures = Enumerable.Range(0, 40).Select(i => scene.Draw(i / 2.0).Jpeg).ToList();
        var setting = new DeviceSetting(new DeltaSettings(), 1, script.Regions, 1, null, 0);
        var (memory, clock) = (DeviceMemory.Empty, Stopwatch.StartNew());
        for (var i = -pictures.Count; i < count; i++)
        {
            if (i == 0)
            {
                clock.Restart();
            }

            var frame = new FrameToCompare(Guid.Empty, i + pictures.Count, DateTimeOffset.UnixEpoch.AddSeconds(i), LuminanceGrid.Decode(pictures[(i + pictures.Count) % pictures.Count], ShelfScene.Width));
            (memory, _, _) = DeltaAnalysis.Next(memory, frame, setting);
        }

        return count / clock.Elapsed.TotalSeconds;
    }

    private static async Task<IReadOnlyList<(string Device, string Key)>> KeysAsync(Uri server, CancellationToken cancellationToken)
    {
        using var owner = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server };
        using var signedIn = await owner.PostAsJsonAsync("/api/v1/sign-in", new { name = Person, password = Password }, cancellationToken);
        signedIn.EnsureSuccessStatusCode();
        var keys = new List<(string, string)>();
        for (var i = 0; i < Devices; i++)
        {
            using var made = await owner.PostAsJsonAsync("/api/v1/admin/devices", new { device_id = $"bench-{i}" }, cancellationToken);
            keys.Add(($"bench-{i}", (string)(await made.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!["device_key"]!));
        }

        return keys;
    }

    private static async Task<double> StoreAsync(
        HttpClient client, Uri server, IReadOnlyList<(string Device, string Key)> keys, byte[] jpeg, int frames, Func<long> next, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await Parallel.ForAsync(0, frames, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (i, ct) => await SendAsync(client, server, keys[i % keys.Count], jpeg, next(), ct));
        return frames / clock.Elapsed.TotalSeconds;
    }

    private static async Task<(double P50, double P99)> PacedAsync(
        HttpClient client, Uri server, IReadOnlyList<(string Device, string Key)> keys, byte[] jpeg, Func<long> next, CancellationToken cancellationToken)
    {
        var times = new ConcurrentBag<double>();
        await Task.WhenAll(keys.Select(async (key, i) =>
        {
            await Task.Delay(TimeSpan.FromSeconds((double)i / Devices), cancellationToken);
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
            for (var second = 0; second < PacedSeconds; second++)
            {
                var clock = Stopwatch.StartNew();
                await SendAsync(client, server, key, jpeg, next(), cancellationToken);
                times.Add(clock.Elapsed.TotalMilliseconds);
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }));
        var sorted = times.Order().ToList();
        return (sorted[sorted.Count / 2], sorted[(int)(sorted.Count * 0.99)]);
    }

    private static async Task SendAsync(HttpClient client, Uri server, (string Device, string Key) key, byte[] jpeg, long seq, CancellationToken cancellationToken)
    {
        var meta = new FrameMeta(key.Device, DateTimeOffset.UnixEpoch.AddSeconds(seq), seq, ShelfScene.Width, ShelfScene.Height, 80);
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(jpeg) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } }, "image", "frame.jpg" },
            { new StringContent(System.Text.Json.JsonSerializer.Serialize(meta, FrameJson.Default.FrameMeta), Encoding.UTF8, "application/json"), "meta" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, FrameContract.FramePath)) { Content = form };
        request.Headers.Add(FrameContract.KeyHeader, key.Key);
        using var answer = await client.SendAsync(request, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"The server answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    private static async Task UntilAsync(HttpClient client, Uri server, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(server, cancellationToken);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
            }
        }
    }
}
