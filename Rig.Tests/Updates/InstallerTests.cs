using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Updates;

/// <summary>What scripts/install-node.sh lays down: whose it is, what it leads to, and how narrow the services are.</summary>
public sealed class InstallerTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_was_laid_down_by_hand_runs_and_only_its_owner_may_write_it()
    {
        await InstallAsync();
        var opt = folder.File("opt", "rig-node");
        Assert.Equal(("installed", "installed"), (new FileInfo(Path.Combine(opt, "current")).LinkTarget, new FileInfo(Path.Combine(opt, "good")).LinkTarget));
        Assert.All(
            Directory.EnumerateFileSystemEntries(opt, "*", SearchOption.AllDirectories).Where(path => new FileInfo(path).LinkTarget is null),
            path => Assert.False(File.GetUnixFileMode(path).HasFlag(UnixFileMode.GroupWrite) || File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherWrite), path));

        // An update has moved the links; installing again by hand moves them back.
        File.Delete(Path.Combine(opt, "current"));
        File.CreateSymbolicLink(Path.Combine(opt, "current"), "releases/9.9.9");
        File.CreateSymbolicLink(Path.Combine(opt, "previous"), "releases/9.9.8");
        await InstallAsync();
        Assert.Equal("installed", new FileInfo(Path.Combine(opt, "current")).LinkTarget);
        Assert.False(Path.Exists(Path.Combine(opt, "previous")) || new FileInfo(Path.Combine(opt, "previous")).LinkTarget is not null);
        Assert.DoesNotContain("/opt/rig-node /var", await File.ReadAllTextAsync(Checkout.File("scripts/install-node.sh")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rig-node.service", 3.0)]
    [InlineData("rig-node-update.service", 3.0)]
    public async Task The_services_are_well_formed_and_narrow(string unit, double exposureAtMost)
    {
        if (!File.Exists("/usr/bin/systemd-analyze"))
        {
            NotRun.Say(output, "systemd-analyze is not installed.");
            return;
        }

        await InstallAsync();
        var file = folder.File("etc", "systemd", "system", unit);
        var (code, said) = await RunAsync("systemd-analyze", "security", "--offline=yes", "--no-pager", file);
        output.WriteLine(said);
        Assert.True(code == 0, said);
        var exposure = double.Parse(Regex.Match(said, @"Overall exposure level for \S+: ([0-9.]+)").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(exposure, 0, exposureAtMost);

        // A name that systemd does not know, or a value that it does not take, it ignores and says so here.
        Assert.DoesNotContain("ignoring", said, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Unknown", said, StringComparison.OrdinalIgnoreCase);
    }

    private async Task InstallAsync()
    {
        var program = folder.File("built");
        Directory.CreateDirectory(program);
        if (!File.Exists(Path.Combine(program, "rig-node")))
        {
            await File.WriteAllTextAsync(Path.Combine(program, "rig-node"), "#!/bin/sh\nexit 0\n");
            await File.WriteAllTextAsync(Path.Combine(program, "library"), "x");
            File.SetUnixFileMode(Path.Combine(program, "rig-node"), (UnixFileMode)0b111_111_111);
            File.SetUnixFileMode(Path.Combine(program, "library"), (UnixFileMode)0b110_110_110);
        }

        var (code, said) = await RunAsync("bash", Checkout.File("scripts/install-node.sh"), "--camera", "CAM_C", "--address", "192.168.1.102", "--program", program, "--root", folder.Path);
        Assert.True(code == 0, said);
    }

    private static async Task<(int ExitCode, string Said)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await said + await errors);
    }
}
