using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Rig.Domain.Match;
using Rig.Domain.Publishing;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Watch;

/// <summary>
/// <c>delivery [seconds] [clients]</c>: ranges of 64 KiB of a published video from nginx before the viewer, with the shipped
/// configuration, beside the same ranges of the same file from plain nginx, in turn; then from the viewer alone; then 200 viewers at once.
/// </summary>
internal static class DeliveryBench
{
    private const int RangeBytes = 64 * 1024;
    private const int FileBytes = 64 << 20;
    private const int Viewers = 200;
    private const int SegmentsEach = 30;
    private const string Key = "bench";
    private const string Email = "bench@example.org";
    private const string Password = "correct horse battery";

    public static async Task<int> RunAsync(int seconds, int clients, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        var databaseFolder = Directory.CreateTempSubdirectory("rig-bench-postgres-").FullName;
        try
        {
            await using var postgres = await PrivatePostgres.StartAsync(databaseFolder, durable: true, cancellationToken);
            await postgres.CreateDatabaseAsync("rig_viewer", cancellationToken);
            var (direct, before) = (FreePort.Next(), FreePort.Next());
            var settings = new Dictionary<string, string>
            {
                ["Rig__Viewer__ListenUrl"] = $"http://127.0.0.1:{direct}",
                ["Rig__Database__ConnectionString"] = postgres.ConnectionString("rig_viewer"),
                ["Rig__Media__Path"] = Path.Combine(folder, "media"),
                ["Rig__Media__AccelPrefix"] = "/rig-media/",
                ["Rig__Push__ApiKeySha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key))),
            };
            await DemoProcess.RunAsync("rig-viewer", ["upgrade"], settings, folder, null, cancellationToken);
            await DemoProcess.RunAsync("rig-viewer", ["add-team", "--code", "BENCH", "--name", "Bench"], settings, folder, null, cancellationToken);
            await DemoProcess.RunAsync("rig-viewer", ["add-user", "--email", Email, "--name", "Ann Bench", "--role", "admin", "--password-stdin"], settings, folder, Password, cancellationToken);
            await using var viewer = DemoProcess.Start("viewer", "rig-viewer", [], settings, folder);
            await using var nginx = await StartNginxAsync(folder, direct, before, cancellationToken);
            var site = new Uri($"http://127.0.0.1:{before}");
            using var person = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, MaxConnectionsPerServer = 400, CookieContainer = new CookieContainer() }) { BaseAddress = site };
            var gameId = await PublishAsync(person, cancellationToken);
            await SignInAsync(person, cancellationToken);
            var watched = $"/media/games/{gameId}/panorama.mp4";
            var plain = "/plain/" + Path.GetRelativePath(Path.Combine(folder, "media"), Directory.EnumerateFiles(Path.Combine(folder, "media", "games") + $"/{gameId}").MaxBy(path => new FileInfo(path).Length)!);

            var (ours, theirs) = (new List<double>(), new List<double>());
            for (var round = 0; round < 3; round++)
            {
                theirs.Add(await RateAsync(person, plain, clients, seconds, cancellationToken));
                ours.Add(await RateAsync(person, watched, clients, seconds, cancellationToken));
            }

            ours.Sort();
            theirs.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"plain nginx         {theirs[1],8:0} ranges/s of 64 KiB, {clients} clients"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"nginx before viewer {ours[1],8:0} ranges/s, {ours[1] / theirs[1]:0.00} times"));

            var memory = MemoryMb(viewer.ProcessId);
            var watch = Stopwatch.StartNew();
            var refused = await LoadAsync(person, watched, cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Viewers} viewers, {Viewers * SegmentsEach} segments in {watch.Elapsed.TotalSeconds:0.0} s: {refused} refused; rig-viewer had {memory:0} MB and has {MemoryMb(viewer.ProcessId):0} MB"));
            return refused == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            Directory.Delete(databaseFolder, recursive: true);
        }
    }

    private static async Task<double> RateAsync(HttpClient person, string path, int clients, int seconds, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
        {
            var (random, buffer, count) = (new Random(client), new byte[RangeBytes], 0);
            for (; watch.Elapsed.TotalSeconds < seconds; count++)
            {
                await RangeAsync(person, path, random.NextInt64(FileBytes - RangeBytes), buffer, cancellationToken);
            }

            return count;
        }));
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Each fetches segments one after the other, as a player that fills its buffer does.</summary>
    private static async Task<int> LoadAsync(HttpClient person, string path, CancellationToken cancellationToken)
    {
        var refused = 0;
        await Task.WhenAll(Enumerable.Range(0, Viewers).Select(async viewer =>
        {
            var buffer = new byte[4 * RangeBytes];
            for (var segment = 0; segment < SegmentsEach; segment++)
            {
                var offset = ((long)(viewer + segment) * buffer.Length) % (FileBytes - buffer.Length);
                if (!await RangeAsync(person, path, offset, buffer, cancellationToken))
                {
                    Interlocked.Increment(ref refused);
                }
            }
        }));
        return refused;
    }

    private static async Task<bool> RangeAsync(HttpClient person, string path, long offset, byte[] buffer, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Range = new RangeHeaderValue(offset, offset + buffer.Length - 1) } };
        using var answer = await person.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.PartialContent)
        {
            return false;
        }

        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await body.ReadExactlyAsync(buffer, cancellationToken);
        return true;
    }

    private static async Task<int> PublishAsync(HttpClient site, CancellationToken cancellationToken)
    {
        var (video, picture) = (RandomNumberGenerator.GetBytes(FileBytes), RandomNumberGenerator.GetBytes(100));
        PublicationFile File(string name, byte[] bytes, string type) => new(name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), type);
        var game = new GamePublication(
            "BENCH", "BENCH", null, DateTimeOffset.UnixEpoch.AddYears(56), 60, 30, new PanoramaGeometry { Width = 1200, Height = 300, FocalPx = 450, CenterColumn = 600, HorizonRow = 90 }, [], [], [],
            [File("panorama.mp4", video, "video/mp4"), File("thumbnail.jpg", picture, "image/jpeg")]);
        using var first = await SendAsync(site, HttpMethod.Post, "", new ByteArrayContent(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(game, PublicationJson.Default.GamePublication)) { Headers = { ContentType = new("application/json") } }, cancellationToken);
        var id = System.Text.Json.JsonSerializer.Deserialize(await first.Content.ReadAsByteArrayAsync(cancellationToken), PublicationJson.Default.PublicationStatus)!.GameId;
        foreach (var (name, bytes) in new[] { ("panorama.mp4", video), ("thumbnail.jpg", picture) })
        {
            using var sent = await SendAsync(site, HttpMethod.Patch, $"/{id}/files/{name}", new ByteArrayContent(bytes), cancellationToken);
        }

        using var published = await SendAsync(site, HttpMethod.Post, $"/{id}/publish", null, cancellationToken);
        return id;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient site, HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/push/games" + path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        request.Headers.Add("Upload-Offset", "0");
        return (await site.SendAsync(request, cancellationToken)).EnsureSuccessStatusCode();
    }

    private static async Task SignInAsync(HttpClient person, CancellationToken cancellationToken)
    {
        const string Mark = "name=\"__RequestVerificationToken\" type=\"hidden\" value=\"";
        var page = await person.GetStringAsync("/login", cancellationToken);
        var from = page.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length;
        using var form = new FormUrlEncodedContent([new("Input.Email", Email), new("Input.Password", Password), new("__RequestVerificationToken", page[from..page.IndexOf('"', from)])]);
        using var answer = await person.PostAsync("/login", form, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Redirect)
        {
            throw new InvalidOperationException($"The viewer refused the login: {answer.StatusCode}.");
        }
    }

    private static async Task<DemoProcess> StartNginxAsync(string folder, int viewer, int port, CancellationToken cancellationToken)
    {
        var shipped = (await File.ReadAllLinesAsync(Path.Combine(Root(), "scripts", "nginx", "rig-viewer.conf"), cancellationToken)).Where(line => !line.TrimStart().StartsWith("ssl_", StringComparison.Ordinal));
        var site = string.Join('\n', shipped)
            .Replace("127.0.0.1:8090", $"127.0.0.1:{viewer}", StringComparison.Ordinal)
            .Replace("listen 443 ssl;", $"listen 127.0.0.1:{port};\n  location /plain/ {{ alias {folder}/media/; sendfile on; tcp_nopush on; }}", StringComparison.Ordinal)
            .Replace("/var/cache/nginx/rig-viewer", folder + "/cache", StringComparison.Ordinal)
            .Replace("/var/lib/rig-viewer", folder + "/media", StringComparison.Ordinal);
        var configuration = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            daemon off; worker_processes 2; pid {{folder}}/nginx.pid; error_log {{folder}}/nginx.log; {{(Environment.UserName == "root" ? "user root;" : "")}}
            events { worker_connections 1024; }
            http {
              access_log off; keepalive_requests 1000000; client_body_temp_path {{folder}}/t0; proxy_temp_path {{folder}}/t1; fastcgi_temp_path {{folder}}/t2; uwsgi_temp_path {{folder}}/t3; scgi_temp_path {{folder}}/t4;
              {{site}}
            }
            """,
            cancellationToken);
        var nginx = DemoProcess.StartOther("nginx", "/usr/sbin/nginx", ["-c", configuration], new Dictionary<string, string>(), folder);
        using var probe = new HttpClient();
        for (var attempt = 0; attempt < 300; attempt++)
        {
            try
            {
                using var up = await probe.GetAsync(new Uri($"http://127.0.0.1:{port}/health"), cancellationToken);
                if (up.IsSuccessStatusCode)
                {
                    return nginx;
                }
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            await Task.Delay(100, cancellationToken);
        }

        throw new InvalidOperationException($"nginx or rig-viewer did not start: {nginx.Tail()}");
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Rig.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The bench runs below its checkout.");
        }

        return folder.FullName;
    }

    private static double MemoryMb(int processId) =>
        long.Parse(File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Split(':')[1].Trim().Split(' ')[0], CultureInfo.InvariantCulture) / 1024.0;
}
