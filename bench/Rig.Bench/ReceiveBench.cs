using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using Rig.Ctl.Demo;

namespace Rig.Bench;

/// <summary>
/// Receiving a take, verified, synced and with its receipt committed, beside nginx's DAV PUT of the same file followed by OpenSSL's
/// SHA-256 of it. Both on loopback, in turn, in one run.
/// </summary>
internal static class ReceiveBench
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    public static async Task<int> RunAsync(int sizeMb, int rounds, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        var database = Directory.CreateTempSubdirectory("rig-bench-postgres-").FullName;
        try
        {
            var video = Path.Combine(folder, "take.mp4");
            var sha256 = await MakeVideoAsync(video, sizeMb, cancellationToken);
            await using var postgres = await PrivatePostgres.StartAsync(database, durable: true, cancellationToken);
            await postgres.CreateDatabaseAsync("rig_ingest", cancellationToken);
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(10) };
            var rig = new Uri($"http://127.0.0.1:{FreePort()}");
            var dav = new Uri($"http://127.0.0.1:{FreePort()}");
            await using var ingest = DemoProcess.Start("ingest", "rig-ingest", [], IngestSettings(folder, rig.Port, postgres.ConnectionString("rig_ingest")), folder);
            await using var nginx = await StartNginxAsync(folder, dav.Port, cancellationToken);
            await UntilReadyAsync(client, new Uri(rig, "/api/v1/health"), cancellationToken);

            var (rigSeconds, davSeconds, hashSeconds) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round <= rounds; round++)
            {
                var received = await UploadAsync(client, rig, video, $"BENCH_{round}", sha256, cancellationToken);
                Directory.Delete(Path.Combine(folder, "sessions", $"BENCH_{round}"), recursive: true);
                var put = await PutAsync(client, new Uri(dav, $"/take-{round}.mp4"), video, cancellationToken);
                var stored = Path.Combine(folder, "dav", $"take-{round}.mp4");
                var hash = await TimeAsync(() => RunOpenSslAsync(stored, cancellationToken));
                File.Delete(stored);
                if (round > 0)
                {
                    // The first round warms both up.
                    rigSeconds.Add(received);
                    davSeconds.Add(put);
                    hashSeconds.Add(hash);
                }
            }

            var ratios = rigSeconds.Zip(davSeconds, hashSeconds).Select(r => (r.Second + r.Third) / r.First).ToList();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"receive: {sizeMb} MB, {rounds} rounds, medians"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  rig-ingest, verified + synced + receipt   {sizeMb / Median(rigSeconds):0} MB/s"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  nginx DAV PUT alone                       {sizeMb / Median(davSeconds):0} MB/s"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  nginx DAV PUT, then openssl sha256        {sizeMb / Median([.. davSeconds.Zip(hashSeconds, (a, b) => a + b)]):0} MB/s"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  rig-ingest over nginx + openssl           {Median(ratios):0.00} x (goal 0.9; min {ratios.Min():0.00}, max {ratios.Max():0.00})"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            Directory.Delete(database, recursive: true);
        }
    }

    private static async Task<double> UploadAsync(HttpClient client, Uri server, string path, string session, string sha256, CancellationToken cancellationToken) =>
        await TimeAsync(async () =>
        {
            using var form = new MultipartFormDataContent();
            form.Add(new StringContent(session), "session_id");
            form.Add(new StringContent("CAM_C"), "camera_id");
            form.Add(new StringContent(sha256), "checksum");
            var file = new StreamContent(OpenToSend(path), 1 << 20);
            file.Headers.ContentType = new MediaTypeHeaderValue("video/mp4");
            form.Add(file, "file", "take.mp4");
            using var reply = await client.PostAsync(new Uri(server, "/api/v1/upload"), form, cancellationToken);
            if (!reply.IsSuccessStatusCode)
            {
                throw new InvalidOperationException($"rig-ingest answered {(int)reply.StatusCode}: {await reply.Content.ReadAsStringAsync(cancellationToken)}");
            }
        });

    private static async Task<double> PutAsync(HttpClient client, Uri target, string path, CancellationToken cancellationToken) =>
        await TimeAsync(async () =>
        {
            using var content = new StreamContent(OpenToSend(path), 1 << 20);
            using var reply = await client.PutAsync(target, content, cancellationToken);
            reply.EnsureSuccessStatusCode();
        });

    private static FileStream OpenToSend(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.Asynchronous | FileOptions.SequentialScan);

    private static async Task RunOpenSslAsync(string path, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", ["dgst", "-sha256", path]) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var clock = Stopwatch.StartNew();
        await work();
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>A real, short MP4 with a <c>free</c> box of random bytes behind it that brings it to size.</summary>
    private static async Task<string> MakeVideoAsync(string path, int sizeMb, CancellationToken cancellationToken)
    {
        using (var ffmpeg = Process.Start("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=1", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-y", path]))
        {
            await ffmpeg.WaitForExitAsync(cancellationToken);
        }

        var random = new Random(1);
        var block = new byte[1 << 20];
        await using (var file = new FileStream(path, FileMode.Append))
        {
            var size = ((long)sizeMb << 20) - file.Length;
            await file.WriteAsync(new byte[] { 0, 0, 0, 1, (byte)'f', (byte)'r', (byte)'e', (byte)'e' }, cancellationToken);
            var large = BitConverter.GetBytes(IPAddress.HostToNetworkOrder(size));
            await file.WriteAsync(large, cancellationToken);
            for (var left = size - 16; left > 0; left -= block.Length)
            {
                random.NextBytes(block);
                await file.WriteAsync(block.AsMemory(0, (int)Math.Min(block.Length, left)), cancellationToken);
            }
        }

        await using var written = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(written, cancellationToken));
    }

    private static async Task<DemoProcess> StartNginxAsync(string folder, int port, CancellationToken cancellationToken)
    {
        var root = Directory.CreateDirectory(Path.Combine(folder, "dav")).FullName;
        var configuration = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            daemon off; worker_processes 1; pid {{folder}}/nginx.pid; error_log {{folder}}/nginx.log; {{(Environment.UserName == "root" ? "user root;" : "")}}
            events { }
            http {
              access_log off; client_max_body_size 0; client_body_temp_path {{folder}}/dav-temp; client_body_buffer_size 1m;
              proxy_temp_path {{folder}}/t1; fastcgi_temp_path {{folder}}/t2; uwsgi_temp_path {{folder}}/t3; scgi_temp_path {{folder}}/t4;
              server { listen 127.0.0.1:{{port}}; root {{root}}; location / { dav_methods PUT; } }
            }
            """,
            cancellationToken);
        return DemoProcess.StartOther("nginx", "/usr/sbin/nginx", ["-c", configuration], NoEnvironment, folder);
    }

    internal static Dictionary<string, string> IngestSettings(string folder, int port, string database) => new()
    {
        ["Rig__Server__Host"] = "127.0.0.1",
        ["Rig__Server__Port"] = port.ToString(CultureInfo.InvariantCulture),
        ["Rig__Server__ClusterHost"] = "127.0.0.1",
        ["Rig__Server__ClusterPort"] = FreePort().ToString(CultureInfo.InvariantCulture),
        ["Rig__Storage__SessionsPath"] = Path.Combine(folder, "sessions"),
        ["Rig__Storage__ProcessingPath"] = Path.Combine(folder, "processing"),
        ["Rig__Storage__TempPath"] = Path.Combine(folder, "temp"),
        ["Rig__Storage__MinFreeSpaceGb"] = "1",
        ["Rig__Database__ConnectionString"] = database,
        ["Rig__Database__AutoUpgrade"] = "true",
    };

    internal static async Task UntilReadyAsync(HttpClient client, Uri health, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 240; attempt++)
        {
            try
            {
                using var reply = await client.GetAsync(health, cancellationToken);
                if (reply.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }

            await Task.Delay(250, cancellationToken);
        }

        throw new InvalidOperationException("rig-ingest did not start.");
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    internal static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
