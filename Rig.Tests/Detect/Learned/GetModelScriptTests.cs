using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rig.Tests.Support;

namespace Rig.Tests.Detect.Learned;

/// <summary>scripts/get-model.sh against a server on loopback; the real address is not asked.</summary>
public sealed class GetModelScriptTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly byte[] network = TinyNetworks.Of("YOLOX");
    private readonly WebApplication server = Server();
    private byte[] served = [];
    private int requests;

    private string Target => folder.File("models", "net.onnx");

    public async Task InitializeAsync()
    {
        served = network;
        server.MapGet("/moved.onnx", () => Results.Redirect("/net.onnx"));
        server.MapGet("/net.onnx", () =>
        {
            Interlocked.Increment(ref requests);
            return Results.Bytes(served);
        });
        await server.StartAsync();
        Directory.CreateDirectory(folder.File("program"));
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_expected_bytes_are_laid_in_place_and_configured_beside_what_was_set()
    {
        await File.WriteAllTextAsync(folder.File("program", "appsettings.json"), """{"rig":{"Server":{"Port":8090}}}""");
        var (exitCode, said) = await RunAsync("/moved.onnx");
        Assert.True(exitCode == 0, said);
        Assert.Equal(network, await File.ReadAllBytesAsync(Target));
        var settings = JsonNode.Parse(await File.ReadAllTextAsync(folder.File("program", "appsettings.json")))!["rig"]!;
        Assert.Equal((8090, Target), ((int)settings["Server"]!["Port"]!, (string)settings["Detect"]!["Model"]!));

        Assert.Equal(0, (await RunAsync("/net.onnx")).ExitCode);
        Assert.Equal(1, requests);
    }

    [Fact]
    public async Task Wrong_bytes_are_refused_and_what_was_there_stays()
    {
        served = [.. network];
        served[^1] ^= 1;
        var (exitCode, said) = await RunAsync("/net.onnx");
        Assert.Equal(1, exitCode);
        Assert.Contains("another SHA-256", said, StringComparison.Ordinal);

        served = network[..^5];
        Directory.CreateDirectory(folder.File("models"));
        await File.WriteAllTextAsync(Target, "an older network");
        (exitCode, said) = await RunAsync("/net.onnx");
        Assert.Equal(1, exitCode);
        Assert.Contains($"{network.Length - 5} bytes, not {network.Length}", said, StringComparison.Ordinal);

        served = [.. network, 0];
        Assert.Equal(1, (await RunAsync("/net.onnx")).ExitCode);
        Assert.Equal("an older network", await File.ReadAllTextAsync(Target));
        Assert.Equal(["net.onnx"], Directory.GetFiles(folder.File("models")).Select(Path.GetFileName));
        Assert.Empty(Directory.GetFiles(folder.File("program")));
    }

    [Fact]
    public async Task A_server_that_has_it_not_changes_nothing()
    {
        var (exitCode, said) = await RunAsync("/other.onnx");
        Assert.Equal(1, exitCode);
        Assert.Contains("could not be fetched", said, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
    }

    private static WebApplication Server()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder.Build();
    }

    private async Task<(int ExitCode, string Said)> RunAsync(string path)
    {
        string[] arguments =
        [
            Checkout.File("scripts/get-model.sh"), "--from", server.Urls.Single() + path, "--to", Target, "--program", folder.File("program"),
            "--size", $"{network.Length}", "--sha256", Convert.ToHexStringLower(SHA256.HashData(network)),
        ];
        using var script = Process.Start(new ProcessStartInfo("bash", arguments) { RedirectStandardError = true })!;
        var said = script.StandardError.ReadToEndAsync();
        await script.WaitForExitAsync();
        return (script.ExitCode, await said);
    }
}
