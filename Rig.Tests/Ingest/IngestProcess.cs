using System.Net;
using System.Net.Http.Json;
using Npgsql;
using Rig.Hosting.Access;
using Rig.Rehearsal.Demo;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest;

/// <summary>A real <c>rig-ingest</c> as an installation leaves it: with a key for the cameras, and no account until one is made on its command line.</summary>
internal sealed class IngestProcess : IAsyncDisposable
{
    private static readonly (string Key, string Sha256) ApiKey = ApiKeys.New();

    private readonly TempFolder folder;
    private readonly Dictionary<string, string> settings;
    private readonly DemoProcess process;

    private IngestProcess(TempFolder folder, Dictionary<string, string> settings, DemoProcess process, Uri address)
    {
        (this.folder, this.settings, this.process) = (folder, settings, process);
        Address = address;
    }

    public Uri Address { get; }

    /// <param name="folder">The process keeps everything below it.</param>
    /// <param name="more">Settings beside the usual ones, as environment variables.</param>
    public static async Task<IngestProcess> StartAsync(TempFolder folder, string database, params (string Key, string Value)[] more)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var settings = new Dictionary<string, string>
        {
            ["Rig__Storage__SessionsPath"] = folder.File("sessions"),
            ["Rig__Storage__ProcessingPath"] = folder.File("processing"),
            ["Rig__Storage__TempPath"] = folder.File("temp"),
            ["Rig__Storage__MinFreeSpaceGb"] = "0",
            ["Rig__Trust__Directory"] = folder.File("trust"),
            ["Rig__Server__Host"] = "127.0.0.1",
            ["Rig__Server__Port"] = $"{address.Port}",
            ["Rig__Operations__Enabled"] = "false",
            ["Rig__Pipeline__Workers"] = "0",
            ["Rig__Security__ApiKeySha256__0"] = ApiKey.Sha256,
            ["Rig__Database__ConnectionString"] = database,
        };
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        await DemoProcess.RunAsync("rig-ingest", ["upgrade"], settings, folder.Path, null, CancellationToken.None);
        var server = new IngestProcess(folder, settings, DemoProcess.Start("ingest", "rig-ingest", [], settings, folder.Path), address);
        using var nobody = server.Client();
        await Eventually.HoldsAsync(async () => await StatusAsync(nobody, "/health") == 200);
        return server;
    }

    /// <summary>Runs one of the program's verbs on the same settings.</summary>
    /// <param name="input">For its standard input.</param>
    public Task<string> RunAsync(string[] arguments, string? input = null) => DemoProcess.RunAsync("rig-ingest", arguments, settings, folder.Path, input, CancellationToken.None);

    /// <summary>A camera brings a take of the session, and the session has results.</summary>
    public async Task BringAsync(string session)
    {
        using var camera = Camera();
        using var upload = await camera.PostAsync("/api/v1/upload", SampleTake.Form(SampleTake.Mp4(), session));
        Assert.Equal(HttpStatusCode.OK, upload.StatusCode);
        ScriptedStages.WriteResults(folder.File("sessions", session));
    }

    public HttpClient Camera() => Client(("X-Api-Key", ApiKey.Key));

    public HttpClient Client(params (string Name, string Value)[] headers)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = Address };
        foreach (var (name, value) in headers)
        {
            client.DefaultRequestHeaders.Add(name, value);
        }

        return client;
    }

    /// <summary>With <see cref="IngestPeople.Password"/>.</summary>
    public async Task<HttpClient> SignInAsync(string name)
    {
        var browser = IngestPeople.Browser(Address, out _);
        using var answer = await browser.PostAsJsonAsync("/api/v1/sign-in", new { name, password = IngestPeople.Password });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return browser;
    }

    /// <returns>How often a session was queued for work.</returns>
    public async Task<long> RunsAsync()
    {
        await using var source = NpgsqlDataSource.Create(settings["Rig__Database__ConnectionString"]);
        await using var command = source.CreateCommand("SELECT coalesce(max(run), 0)::bigint FROM ingest.sessions");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <returns>0 when there is no answer.</returns>
    public static async Task<int> StatusAsync(HttpClient who, string path)
    {
        try
        {
            using var answer = await who.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
