using System.Globalization;
using System.Net.Http.Headers;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Receive;

/// <summary>A built rig-ingest as a process of its own, with a database of its own that syncs as in the field; gone with all it stored when disposed.</summary>
internal sealed class IngestUnderTest : IAsyncDisposable
{
    private const string Camera = "CAM_C";

    private readonly string databaseFolder;
    private readonly PrivatePostgres postgres;
    private readonly DemoProcess process;
    private readonly Uri address;

    private IngestUnderTest(string folder, string databaseFolder, PrivatePostgres postgres, DemoProcess process, Uri address)
    {
        Folder = folder;
        this.databaseFolder = databaseFolder;
        this.postgres = postgres;
        this.process = process;
        this.address = address;
    }

    public string Folder { get; }

    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    public TimeSpan CpuTime => Read(running => running.TotalProcessorTime);

    public long ResidentBytes => Read(running => running.WorkingSet64);

    /// <summary>The most it ever had.</summary>
    public long PeakResidentBytes => Read(running => running.PeakWorkingSet64);

    public static Task<IngestUnderTest> StartAsync(CancellationToken cancellationToken) => StartAsync([], cancellationToken);

    /// <param name="more">Settings beside the usual ones, as environment variables.</param>
    public static async Task<IngestUnderTest> StartAsync(Dictionary<string, string> more, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        var databaseFolder = Directory.CreateTempSubdirectory("rig-bench-postgres-").FullName;
        var postgres = await PrivatePostgres.StartAsync(databaseFolder, durable: true, cancellationToken);
        await postgres.CreateDatabaseAsync("rig_ingest", cancellationToken);
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var settings = Settings(folder, address.Port, postgres.ConnectionString("rig_ingest"));
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        var process = DemoProcess.Start("ingest", "rig-ingest", [], settings, folder);
        var ingest = new IngestUnderTest(folder, databaseFolder, postgres, process, address);
        await ingest.UntilReadyAsync(cancellationToken);
        return ingest;
    }

    public async Task UploadFormAsync(string path, string session, string sha256, CancellationToken cancellationToken)
    {
        using var form = new MultipartFormDataContent { { new StringContent(session), "session_id" }, { new StringContent(Camera), "camera_id" }, { new StringContent(sha256), "checksum" } };
        var file = Content(path);
        file.Headers.ContentType = new MediaTypeHeaderValue("video/mp4");
        form.Add(file, "file", "take.mp4");
        using var reply = await Client.PostAsync(new Uri(address, "/api/v1/upload"), form, cancellationToken);
        await RequireSuccessAsync(reply, cancellationToken);
    }

    public async Task UploadBodyAsync(string path, string session, string sha256, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, $"/api/v1/upload?session_id={session}&camera_id={Camera}&checksum={sha256}")) { Content = Content(path) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("video/mp4");
        request.Headers.Add("Upload-Complete", "?1");
        using var reply = await Client.SendAsync(request, cancellationToken);
        await RequireSuccessAsync(reply, cancellationToken);
    }

    public async Task ConfirmAsync(string session, CancellationToken cancellationToken)
    {
        using var body = new StringContent($$"""{"session_id":"{{session}}","camera_id":"{{Camera}}","verify":true}""");
        using var reply = await Client.PostAsync(new Uri(address, "/api/v1/upload/confirm"), body, cancellationToken);
        await RequireSuccessAsync(reply, cancellationToken);
    }

    /// <summary>Deletes the session's files, so that a long run needs the room of one take.</summary>
    public void Forget(string session) => Directory.Delete(Path.Combine(Folder, "sessions", session), recursive: true);

    public static StreamContent Content(string path) =>
        new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.Asynchronous | FileOptions.SequentialScan), 1 << 20);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await process.DisposeAsync();
        await postgres.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        Directory.Delete(databaseFolder, recursive: true);
    }

    private T Read<T>(Func<System.Diagnostics.Process, T> figure)
    {
        using var running = System.Diagnostics.Process.GetProcessById(process.ProcessId);
        return figure(running);
    }

    private static async Task RequireSuccessAsync(HttpResponseMessage reply, CancellationToken cancellationToken)
    {
        if (!reply.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"rig-ingest answered {(int)reply.StatusCode}: {await reply.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    private async Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 240; attempt++)
        {
            try
            {
                using var reply = await Client.GetAsync(new Uri(address, "/api/v1/health"), cancellationToken);
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

        throw new InvalidOperationException("rig-ingest did not start: " + process.Tail());
    }

    private static Dictionary<string, string> Settings(string folder, int port, string database) => new()
    {
        ["Rig__Server__Host"] = "127.0.0.1",
        ["Rig__Server__Port"] = port.ToString(CultureInfo.InvariantCulture),
        ["Rig__Server__ClusterHost"] = "127.0.0.1",
        ["Rig__Server__ClusterPort"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
        ["Rig__Trust__Directory"] = Path.Combine(folder, "trust"),
        ["Rig__Trust__AllowPlainMachines"] = "true",
        ["Rig__Storage__SessionsPath"] = Path.Combine(folder, "sessions"),
        ["Rig__Storage__ProcessingPath"] = Path.Combine(folder, "processing"),
        ["Rig__Storage__TempPath"] = Path.Combine(folder, "temp"),
        ["Rig__Storage__MinFreeSpaceGb"] = "1",
        ["Rig__Database__ConnectionString"] = database,
        ["Rig__Database__AutoUpgrade"] = "true",
    };
}
