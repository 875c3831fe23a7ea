extern alias node;
using System.Diagnostics;
using System.Formats.Tar;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using node::Rig.CameraNode.Updates;
using Rig.CameraNode.Storage;
using Rig.Tests.Faults;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Updates;

/// <summary>The real node and the real helper, each a process of its own.</summary>
public sealed class RealProcessTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder folder = new("rig-update");

    public void Dispose() => folder.Dispose();

    /// <summary>The first attack of issue 14: an <c>update.releases_url</c> that a stranger moved.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_strangers_release_is_refused_and_the_program_that_runs_runs_on(bool signed)
    {
        if (!File.Exists(HelperProcess.Activator))
        {
            NotRun.Say(output, "systemd-socket-activate is not installed.");
            return;
        }

        var (opt, evil) = (folder.File("opt"), folder.File("evil-was-here"));
        Lay(opt, "0.0.9", "#!/bin/sh\n");
        await using var stranger = await ReleaseServer.StartAsync("v99.0.0", TarGz.Of(("rig-node", $"#!/bin/sh\ntouch {evil}\n", TarEntryType.RegularFile)), signed: signed);
        using var helper = await HelperProcess.StartAsync(folder, opt, new Uri("http://127.0.0.1:9/"));
        var storage = new StorageOptions { RecordingsPath = folder.File("recordings"), ManifestsPath = folder.File("manifests"), MinFreeSpaceGb = 0 };
        using var node = NodeProcess.Start(storage, folder.File("config.json"), new Dictionary<string, string>
        {
            ["Update__ReleasesUrl"] = stranger.Url,
            ["Update__InstallPath"] = opt,
            ["Update__HelperSocket"] = helper.Socket,
            ["Update__Platform"] = "linux-x64",
        });
        await node.UntilReadyAsync();

        var offer = await node.Http.GetFromJsonAsync<JsonElement>("/api/v1/update/check");
        Assert.False(offer.GetProperty("available").GetBoolean());
        using var applied = await node.Http.PostAsJsonAsync("/api/v1/update/apply", new { });
        Assert.Equal(HttpStatusCode.Conflict, applied.StatusCode);
        Assert.Contains(signed ? "no release key" : "not trusted", await applied.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        // Who has taken over the node's user talks to the helper himself.
        var archive = TarGz.OfFiles(BoxUnderTest.NewFiles);
        var release = stranger.Signer.Sign(stranger.Signer.Describe("99.0.0", archive, 10_000));
        using (var caller = await HelperClient.ConnectAsync(helper.Socket, CancellationToken.None))
        {
            var refused = await Assert.ThrowsAsync<UpdateException>(() => caller.InstallAsync(release.Manifest, release.Signature, target => target.WriteAsync(archive).AsTask(), CancellationToken.None));
            Assert.Contains("no release key", refused.Message, StringComparison.Ordinal);
        }

        Assert.False(node.Process.HasExited);
        Assert.Equal("ok", (await node.Http.GetFromJsonAsync<JsonElement>("/api/v1/health")).GetProperty("status").GetString());
        Assert.False(File.Exists(evil));
        Assert.Equal("releases/0.0.9", new FileInfo(Path.Combine(opt, "current")).LinkTarget);
        Assert.Equal(["0.0.9"], Directory.EnumerateFileSystemEntries(Path.Combine(opt, "releases")).Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public async Task Hands_on_the_box_take_one_step_back_and_the_version_before_is_what_runs()
    {
        if (!File.Exists(HelperProcess.Activator))
        {
            NotRun.Say(output, "systemd-socket-activate is not installed.");
            return;
        }

        var (opt, running) = (folder.File("opt"), folder.File("running"));
        foreach (var version in new[] { "1.0.0", "2.0.0" })
        {
            Lay(opt, version, $"#!/bin/sh\necho {version} > '{running}'\nexec tail -f /dev/null\n");
        }

        File.CreateSymbolicLink(Path.Combine(opt, "good"), "releases/2.0.0");
        File.CreateSymbolicLink(Path.Combine(opt, "previous"), "releases/1.0.0");
        await using var health = await HealthAsync(running, "1.0.0");
        using var helper = await HelperProcess.StartAsync(folder, opt, new Uri(health.Urls.First()));

        // As systemd does with Restart=always.
        var loop = $"while :; do '{opt}/current/rig-node' & echo $! > '{HelperProcess.MainPidFile(folder)}'; wait $!; done";
        using var service = Process.Start(new ProcessStartInfo("bash", ["-c", loop]))!;
        try
        {
            await Eventually.HoldsAsync(() => File.Exists(running) && File.ReadAllText(running) == "2.0.0\n");
            string[] own = HelperProcess.OwnProgram();
            using var rollback = Process.Start(new ProcessStartInfo(own[0], [.. own[1..], "rollback", "--socket", helper.Socket]) { RedirectStandardOutput = true })!;
            var said = await rollback.StandardOutput.ReadToEndAsync();
            await rollback.WaitForExitAsync();
            Assert.True(rollback.ExitCode == 0, said);
            Assert.Contains("Version 1.0.0 starts now", said, StringComparison.Ordinal);

            await helper.EndsAsync();
            Assert.Equal("1.0.0\n", await File.ReadAllTextAsync(running));
            Assert.Equal("releases/1.0.0", new FileInfo(Path.Combine(opt, "good")).LinkTarget);
            Assert.False(File.Exists(folder.File("restart-due")));
        }
        finally
        {
            service.Kill(entireProcessTree: true);
            await service.WaitForExitAsync();
        }
    }

    /// <summary>Well while that version runs.</summary>
    private static async Task<WebApplication> HealthAsync(string running, string version)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/", () => Results.StatusCode(File.ReadAllText(running).Trim() == version ? 200 : 503));
        await app.StartAsync();
        return app;
    }

    private static void Lay(string opt, string version, string program)
    {
        var release = Directory.CreateDirectory(Path.Combine(opt, "releases", version)).FullName;
        File.WriteAllText(Path.Combine(release, "rig-node"), program);
        File.SetUnixFileMode(Path.Combine(release, "rig-node"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Delete(Path.Combine(opt, "current"));
        File.CreateSymbolicLink(Path.Combine(opt, "current"), "releases/" + version);
    }
}
