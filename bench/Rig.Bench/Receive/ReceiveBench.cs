using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Receive;

/// <summary>
/// Receiving a take, verified, synced and with its receipt committed, beside nginx's DAV PUT of the same file followed by OpenSSL's
/// SHA-256 of it. Both on loopback, in turn, in one run.
/// </summary>
internal static class ReceiveBench
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    /// <summary>What a gigabit Ethernet carries of a TCP stream.</summary>
    private const double GigabitBytesPerSecond = 0.118e9;

    private const int WarmUps = 20;
    private const int WarmUpMb = 16;

    public static async Task<int> RunAsync(int sizeMb, int rounds, CancellationToken cancellationToken)
    {
        await using var ingest = await IngestUnderTest.StartAsync(cancellationToken);
        var (folder, client) = (ingest.Folder, ingest.Client);
        var video = Path.Combine(folder, "take.mp4");
        var sha256 = await MakeVideoAsync(video, sizeMb, cancellationToken);
        var dav = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        await using var nginx = await StartNginxAsync(folder, dav.Port, cancellationToken);

        var (forms, bodies, puts, hashes) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var cpu = TimeSpan.Zero;
        await WarmUpAsync(ingest, cancellationToken);
        for (var round = 0; round <= rounds; round++)
        {
            var before = ingest.CpuTime;
            var form = await TimeAsync(() => ingest.UploadFormAsync(video, $"FORM_{round}", sha256, cancellationToken));
            ingest.Forget($"FORM_{round}");
            var body = await TimeAsync(() => ingest.UploadBodyAsync(video, $"BODY_{round}", sha256, cancellationToken));
            ingest.Forget($"BODY_{round}");
            var spent = ingest.CpuTime - before;
            var put = await TimeAsync(() => PutAsync(client, new Uri(dav, $"/take-{round}.mp4"), video, cancellationToken));
            var stored = Path.Combine(folder, "dav", $"take-{round}.mp4");
            var hash = await TimeAsync(() => RunOpenSslAsync(stored, cancellationToken));
            File.Delete(stored);
            if (round > 0)
            {
                // The first round fills the caches.
                forms.Add(form);
                bodies.Add(body);
                puts.Add(put);
                hashes.Add(hash);
                cpu += spent;
            }
        }

        var peer = puts.Zip(hashes, (put, hash) => put + hash).ToList();
        var gigabitCores = cpu.TotalSeconds / (2.0 * rounds * sizeMb * (1 << 20)) * GigabitBytesPerSecond;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"receive: {sizeMb} MB, {rounds} rounds, medians"));
        Print("rig-ingest form, verified + synced + receipt", forms, sizeMb);
        Print("rig-ingest resumable body, the same", bodies, sizeMb);
        Print("nginx DAV PUT alone", puts, sizeMb);
        Print("nginx DAV PUT, then openssl sha256", peer, sizeMb);
        PrintRatio("form over nginx + openssl", forms, peer);
        PrintRatio("resumable body over nginx + openssl", bodies, peer);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  rig-ingest's CPU at gigabit rate              {gigabitCores:0.00} cores (goal 0.25)"));
        return 0;
    }

    /// <summary>A server runs for months; its first minute, in which the runtime compiles it, is not what is measured.</summary>
    private static async Task WarmUpAsync(IngestUnderTest ingest, CancellationToken cancellationToken)
    {
        var path = Path.Combine(ingest.Folder, "warm.mp4");
        var sha256 = await MakeVideoAsync(path, WarmUpMb, cancellationToken);
        for (var n = 0; n < WarmUps; n++)
        {
            await ingest.UploadFormAsync(path, $"WARM_{n}", sha256, cancellationToken);
            await ingest.UploadBodyAsync(path, $"WARM_{n}_B", sha256, cancellationToken);
        }

        // The last of it is compiled in the background.
        for (var before = TimeSpan.Zero; ingest.CpuTime - before > TimeSpan.FromMilliseconds(100);)
        {
            before = ingest.CpuTime;
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    private static void Print(string what, List<double> seconds, int sizeMb) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-45} {sizeMb / Median(seconds):0} MB/s"));

    private static void PrintRatio(string what, List<double> own, List<double> peer)
    {
        var ratios = own.Zip(peer, (mine, theirs) => theirs / mine).ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-45} {Median(ratios):0.00} x (goal 0.9; min {ratios.Min():0.00}, max {ratios.Max():0.00})"));
    }

    private static async Task PutAsync(HttpClient client, Uri target, string path, CancellationToken cancellationToken)
    {
        using var content = IngestUnderTest.Content(path);
        using var reply = await client.PutAsync(target, content, cancellationToken);
        reply.EnsureSuccessStatusCode();
    }

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

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
