extern alias ctl;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ctl::Rig.Ctl.Operations;
using Microsoft.Extensions.DependencyInjection;
using Rig.Domain.Operations;
using Rig.Hosting.Operations;
using Rig.Ingest.Hosting;
using Rig.Rehearsal.Demo;
using Rig.Tests.Faults;
using Rig.Tests.Ingest;
using Rig.Tests.Ingest.Security;
using Rig.Tests.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.Ctl;

/// <summary>The program <c>rigctl</c> itself, asking a real home server and a real camera node over their operations ports.</summary>
[Collection(PostgresTests.Name)]
public sealed class OffloadCommandsTests(PostgresFixture postgres) : IDisposable
{
    private const string Session = "Final";
    private const string Take = "Final_CAM_L";
    private const string Token = "a token of the test's own";

    private readonly TempFolder folder = new("rigctl-offload");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_operator_holds_retries_lists_and_verifies_a_take_on_its_way_home()
    {
        using var bench = new TakeBench(new TempFolder("rigctl-node"));
        await bench.WriteAsync(TakeBench.Id(1, Session));
        var (serverPort, nodePort) = (FreePort.Next(), FreePort.Next());
        var database = await postgres.NewDatabaseAsync();

        using var node = NodeProcess.Start(bench.Storage, folder.File("config.json"), new Dictionary<string, string>
        {
            ["Operations__Port"] = Text(nodePort),
            ["Operations__Token"] = Token,
            ["Offload__ServerUrl"] = $"http://127.0.0.1:{Text(serverPort)}",
            ["Trust__AllowPlainMachines"] = "true",
        });
        await Eventually.HoldsAsync(async () => (await TryRunAsync(nodePort, "offload", "list")).ExitCode == ExitCode.Done);

        // The operations port may listen before the program's own does.
        await node.UntilReadyAsync();
        await AssertApartAsync(node.Http, nodePort, "/api/v1/status");
        var take = Assert.Single(await RunAsync(nodePort, "offload", "list"));
        Assert.Equal((Take, false), ((string?)take["id"], (bool)take["offloaded"]!));
        Assert.True((bool)Assert.Single(await RunAsync(nodePort, "offload", "pause"))["paused"]!);
        var job = (await node.PostAsync("/api/v1/offload/upload", new { session_id = Session })).GetProperty("job_id").GetString()!;
        var waiting = Assert.Single(await RunAsync(nodePort, "offload", "pause"));
        Assert.Equal((1, 0), ((int)waiting["pending"]!, (int)waiting["failed"]!));

        await using (var stranger = await StartServerAsync(database, $"--Rig:Server:Port={serverPort}", "--Rig:Cameras:0=CAM_C"))
        {
            // This server does not know the camera, and says so for good.
            Assert.False((bool)Assert.Single(await RunAsync(nodePort, "offload", "resume"))["paused"]!);
            await Eventually.HoldsAsync(async () => (int)Assert.Single(await RunAsync(nodePort, "offload", "resume"))["failed"]! == 1);
            Assert.Empty(await RunAsync(await PortAsync(stranger), "offload", "list"));
        }

        await using var server = await StartServerAsync(database, $"--Rig:Server:Port={serverPort}");
        var port = await PortAsync(server);
        await AssertApartAsync(server.Http, port, "/api/v1/health");
        Assert.Equal(1, (int)Assert.Single(await RunAsync(nodePort, "offload", "retry", job))["count"]!);
        await Eventually.HoldsAsync(async () => (bool)Assert.Single(await RunAsync(nodePort, "offload", "list"))["offloaded"]!);

        var held = Assert.Single(await RunAsync(port, "offload", "list"));
        Assert.Equal((Session, "CAM_L", "verified", true), ((string?)held["session_id"], (string?)held["camera_id"], (string?)held["status"], (bool)held["confirmed"]!));
        Assert.True((bool)Assert.Single(await RunAsync(port, "offload", "verify", Session))["verified"]!);

        var video = folder.File("sessions", Session, "CAM_L", "recording.mp4");
        var bytes = await File.ReadAllBytesAsync(video);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(video, bytes);
        Assert.False((bool)Assert.Single(await RunAsync(port, "offload", "verify", Session, "--camera", "CAM_L"))["verified"]!);
        Assert.Equal("damaged", (string?)Assert.Single(await RunAsync(port, "offload", "list"))["status"]);

        Assert.True((bool)Assert.Single(await RunAsync(port, "offload", "pause"))["paused"]!);
        Assert.False((bool)Assert.Single(await RunAsync(port, "offload", "resume"))["paused"]!);
        Assert.Equal(0, (int)Assert.Single(await RunAsync(port, "offload", "retry"))["retrying"]!);
        var unknown = await TryRunAsync(port, "offload", "retry", "Final_CAM_R");
        Assert.Equal(ExitCode.Refused, unknown.ExitCode);
        Assert.Contains("Final_CAM_R", unknown.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_with_a_private_certificate_is_steered_like_any(bool onlyWithCertificate)
    {
        using var authority = TestCertificates.Authority("Rig home");
        using var own = TestCertificates.Issue(authority, "rig-ingest", "1.3.6.1.5.5.7.3.1");
        TestCertificates.WritePem(folder, "server", own);
        await File.WriteAllTextAsync(folder.File("ca.crt"), authority.ExportCertificatePem());
        string[] tls = [$"--Rig:Security:CertificatePath={folder.File("server.crt")}", $"--Rig:Security:CertificateKeyPath={folder.File("server.key")}"];
        await using var server = await StartServerAsync(await postgres.NewDatabaseAsync(), onlyWithCertificate ? [.. tls, $"--Rig:Security:ClientCaPath={folder.File("ca.crt")}"] : tls);
        Assert.Equal("https", server.Http.BaseAddress!.Scheme);
        using var client = await OperationsClient.ConnectAsync(new NodeAddress("127.0.0.1", await PortAsync(server)), Token, CancellationToken.None);

        Assert.True((bool)Assert.Single(await AskAsync(client, "offload pause"))["paused"]!);
        Assert.False((bool)Assert.Single(await AskAsync(client, "offload resume"))["paused"]!);
        Assert.Empty(await AskAsync(client, "offload list"));
        var refused = await Assert.ThrowsAsync<OperatorException>(() => AskAsync(client, "offload verify", ("session", Session)));
        Assert.Contains("holds no such recording", refused.Message, StringComparison.Ordinal);
    }

    private Task<IngestServer> StartServerAsync(string database, params string[] settings) => IngestServer.StartAsync(
        folder,
        database,
        builder =>
        {
            ScriptedStages.Register(builder);
            builder.Services.AddIngestOperations();
        },
        ["--Rig:Operations:Port=0", "--Rig:Operations:Token=" + Token, .. settings]);

    /// <summary>The operator's routes are on the operations port alone, and none of the program's others is there.</summary>
    private static async Task AssertApartAsync(HttpClient program, int operationsPort, string route)
    {
        using var operations = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Text(operationsPort)}") };
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(operations, "POST", OperationsHttp.ChallengeRoute));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(operations, "GET", route));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(program, "GET", route));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(program, "POST", OperationsHttp.ChallengeRoute));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(program, "POST", OperationsHttp.SessionRoute));
        foreach (var command in OperatorCommands.All)
        {
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(program, command.Method, command.Path));
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string method, string path)
    {
        using var reply = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        return reply.StatusCode;
    }

    private static async Task<int> PortAsync(IngestServer server) => (await server.Services.GetRequiredService<OperationsServer>().Listening.WaitAsync(NodeProcess.Timeout)).Port;

    private static async Task<List<JsonObject>> AskAsync(OperationsClient client, string command, params (string Name, string Value)[] arguments)
    {
        var items = new List<JsonObject>();
        await foreach (var item in client.RunAsync(OperatorCommands.Find(command)!, arguments.ToDictionary(argument => argument.Name, argument => argument.Value), CancellationToken.None))
        {
            items.Add(item);
        }

        return items;
    }

    private async Task<List<JsonObject>> RunAsync(int port, params string[] command)
    {
        var (exitCode, output, error) = await TryRunAsync(port, command);
        Assert.True(exitCode == ExitCode.Done, $"rigctl {string.Join(' ', command)}: {error}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(item => JsonNode.Parse(item)!.AsObject())];
    }

    private async Task<(int ExitCode, string Output, string Error)> TryRunAsync(int port, params string[] command)
    {
        var start = new ProcessStartInfo(Programs.Find("rigctl"), ["--node", $"127.0.0.1:{Text(port)}", "--json", .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
        start.Environment[OperatorToken.Variable] = Token;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
