using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Updates;

/// <summary>
/// What scripts/package.sh packs, looked at without installing it: programs of a line stand in for the real ones. That the packages install, run,
/// upgrade and go is shown by scripts/package-drill.sh, which needs the net and root.
/// </summary>
public sealed class PackageTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("rig-ingest", "usr/lib/rig-ingest/rig-ingest", "usr/bin/rig-ingest")]
    [InlineData("rig-viewer", "usr/lib/rig-viewer/rig-viewer", "usr/bin/rig-viewer")]
    [InlineData("rigctl", "usr/lib/rigctl/rigctl", "usr/bin/rigctl")]
    [InlineData("rig-node", "opt/rig-node/installed/rig-node", "usr/sbin/rig-node-setup")]
    public async Task A_package_has_its_program_and_nothing_that_others_may_write(string package, params string[] programs)
    {
        if (await PackAsync(package) is not { } root)
        {
            return;
        }

        foreach (var program in programs)
        {
            Assert.True(File.GetUnixFileMode(Path.Combine(root, program)).HasFlag(UnixFileMode.OtherExecute), program);
        }

        Assert.Equal("0644", await ModeAsync(Path.Combine(root, Path.GetDirectoryName(programs[0])!, "library.dll")));
        Assert.False(File.Exists(Path.Combine(root, Path.GetDirectoryName(programs[0])!, "library.pdb")));
        Assert.All(
            Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Where(path => new FileInfo(path).LinkTarget is null),
            path => Assert.False((File.GetUnixFileMode(path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0, path));
        var listed = (await RunAsync("dpkg-deb", "--contents", Directory.GetFiles(folder.File("out")).Single())).Said;
        Assert.All(listed.Trim().Split('\n'), line => Assert.Contains("root/root", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("rig-ingest")]
    [InlineData("rig-viewer")]
    public async Task Settings_survive_an_upgrade_and_are_read_by_the_service_alone(string package)
    {
        if (await PackAsync(package) is not { } root)
        {
            return;
        }

        Assert.Equal($"/etc/{package}/environment", (await File.ReadAllTextAsync(Path.Combine(root, "DEBIAN/conffiles"))).Trim());
        Assert.Equal("0640", await ModeAsync(Path.Combine(root, $"etc/{package}/environment")));
        var unit = await File.ReadAllTextAsync(Path.Combine(root, $"lib/systemd/system/{package}.service"));
        Assert.Contains($"EnvironmentFile=/etc/{package}/environment", unit, StringComparison.Ordinal);
        Assert.Contains($"User={package}", unit, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rig-node")]
    [InlineData("rig-ingest")]
    [InlineData("rig-viewer")]
    public async Task A_purge_asks_before_films_go_and_its_scripts_are_well_formed(string package)
    {
        if (await PackAsync(package) is not { } root)
        {
            return;
        }

        var question = await File.ReadAllTextAsync(Path.Combine(root, "DEBIAN/templates"));
        Assert.Contains("Default: false", question, StringComparison.Ordinal);
        foreach (var script in new[] { "postinst", "prerm", "postrm" })
        {
            var path = Path.Combine(root, "DEBIAN", script);
            var (code, said) = await RunAsync("sh", "-n", path);
            Assert.True(code == 0, said);
            Assert.DoesNotMatch(new Regex("#include|@[A-Z]+@"), await File.ReadAllTextAsync(path));
        }
    }

    [Theory]
    [InlineData("--arch", "sparc", "--arch is amd64 or arm64")]
    [InlineData("--version", "x", "is no version")]
    [InlineData("--arch", "arm64", "rig-ingest is for amd64 alone", "rig-ingest")]
    [InlineData("--programs", "/nonexistent", "there is no program", "rigctl")]
    public async Task What_cannot_be_packed_is_refused_with_a_sentence(string option, string value, string sentence, string? package = null)
    {
        string[] arguments = [Checkout.File("scripts/package.sh"), option, value, .. package is null ? Array.Empty<string>() : [package]];
        var (code, said) = await RunAsync("bash", arguments);
        Assert.Equal(2, code);
        Assert.Contains(sentence, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rig-ingest.service")]
    [InlineData("rig-viewer.service")]
    [InlineData("rig-node.service")]
    [InlineData("rig-node-frames.service")]
    public async Task A_service_is_narrow(string unit)
    {
        if (!File.Exists("/usr/bin/systemd-analyze"))
        {
            NotRun.Say(output, "systemd-analyze is not installed.");
            return;
        }

        var (code, said) = await RunAsync("systemd-analyze", "security", "--offline=yes", "--no-pager", Checkout.File($"scripts/systemd/{unit}"));
        Assert.True(code == 0, said);
        var exposure = double.Parse(Regex.Match(said, @"Overall exposure level for \S+: ([0-9.]+)").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(exposure, 0, 3.0);

        // A name that systemd does not know, or a value that it does not take, it ignores and says so here.
        Assert.DoesNotContain("ignoring", said, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Unknown", said, StringComparison.OrdinalIgnoreCase);
    }

    /// <returns>The package's tree with its control files in DEBIAN, or null where dpkg-deb is missing.</returns>
    private async Task<string?> PackAsync(string package)
    {
        if (!File.Exists("/usr/bin/dpkg-deb"))
        {
            NotRun.Say(output, "dpkg-deb is not installed.");
            return null;
        }

        var built = folder.File("programs", package);
        Directory.CreateDirectory(built);
        foreach (var name in new[] { package, "library.dll", "library.pdb" })
        {
            await File.WriteAllTextAsync(Path.Combine(built, name), "#!/bin/sh\nexit 0\n");
            File.SetUnixFileMode(Path.Combine(built, name), (UnixFileMode)0b111_111_111);
        }

        var (code, said) = await RunAsync("bash", Checkout.File("scripts/package.sh"), "--version", "1.2.0", "--programs", folder.File("programs"), "--out", folder.File("out"), package);
        Assert.True(code == 0, said);
        var root = folder.File("root");
        (code, said) = await RunAsync("dpkg-deb", "--raw-extract", folder.File("out", $"{package}_1.2.0_amd64.deb"), root);
        Assert.True(code == 0, said);
        return root;
    }

    private static async Task<string> ModeAsync(string path) => (await RunAsync("stat", "-c", "%04a", path)).Said.Trim();

    private static async Task<(int ExitCode, string Said)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await said + await errors);
    }
}
