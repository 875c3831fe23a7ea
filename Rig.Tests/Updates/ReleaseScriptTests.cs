extern alias node;
using System.Diagnostics;
using System.Formats.Tar;
using node::Rig.CameraNode.Updates;
using Rig.Tests.Support;

namespace Rig.Tests.Updates;

/// <summary>What scripts/release.sh signs, a node with its key takes.</summary>
public sealed class ReleaseScriptTests
{
    [Fact]
    public async Task A_key_signs_releases_that_pass_and_stays_out_of_the_repository()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("keys.pem"), "Two keys.\n");
        var first = await ScriptAsync("key", folder.File("first.key"), "--keys", folder.File("keys.pem"));
        var second = await ScriptAsync("key", folder.File("second.key"), "--keys", folder.File("keys.pem"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("first.key")));
        Assert.Contains("ENCRYPTED", await File.ReadAllTextAsync(folder.File("first.key")), StringComparison.Ordinal);

        var keys = new ReleaseKeys(await File.ReadAllTextAsync(folder.File("keys.pem")));
        Assert.True(keys.Knows(first.Output.Trim()) && keys.Knows(second.Output.Trim()));

        var archive = folder.File("rig-node-1.2.0-linux-arm64.tar.gz");
        await File.WriteAllBytesAsync(archive, TarGz.Of(("rig-node", "program", TarEntryType.RegularFile), ("lib/a", "12345", TarEntryType.RegularFile)));
        foreach (var key in new[] { "first.key", "second.key" })
        {
            await ScriptAsync("sign", archive, "--version", "1.2.0", "--key", folder.File(key), "--minimum", "1.0.0");
            var (described, signature) = (await File.ReadAllBytesAsync(archive + ".release.json"), await File.ReadAllBytesAsync(archive + ".release.sig"));
            var manifest = new ReleaseGate(keys, "linux-arm64", "1.1.9").Pass(described, signature);
            Assert.Equal(
                ("1.2.0", Path.GetFileName(archive), new FileInfo(archive).Length, 12L, "1.0.0"), (manifest.Version, manifest.Archive, manifest.Size, manifest.UnpackedSize, manifest.MinimumVersion));
        }

        Assert.Contains("does not belong there", (await RunAsync("key", Checkout.File("release.key"))).Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Checkout.File("release.key")));
        Assert.Contains("is there already", (await RunAsync("key", folder.File("first.key"))).Errors, StringComparison.Ordinal);
    }

    private static async Task<(string Output, string Errors)> ScriptAsync(params string[] arguments)
    {
        var (exitCode, output, errors) = await RunAsync(arguments);
        Assert.True(exitCode == 0, errors);
        return (output, errors);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Checkout.File("scripts/release.sh"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["RIG_RELEASE_PASSPHRASE"] = "a passphrase of the test";
        using var script = Process.Start(start)!;
        var (output, errors) = (script.StandardOutput.ReadToEndAsync(), script.StandardError.ReadToEndAsync());
        await script.WaitForExitAsync();
        return (script.ExitCode, await output, await errors);
    }
}
