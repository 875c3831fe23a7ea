using System.Diagnostics;
using Rig.Actors.Timing;
using Rig.CameraNode.Clock;
using Rig.Domain.Messages;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Clock;

public sealed class ChronyTests(ITestOutputHelper output)
{
    /// <summary>What the client is made to believe: chrony's own <c>offset</c> option is a known answer.</summary>
    private const double KnownOffsetMs = 2.5;

    [Fact]
    public void The_centre_camera_serves_the_field_with_or_without_the_internet()
    {
        var lines = ChronyConfig.Master.Split('\n');
        Assert.Contains("pool pool.ntp.org iburst maxsources 4", lines);
        Assert.Contains("local stratum 10", lines);
        Assert.Contains("makestep 1.0 3", lines);
        Assert.Equal(["allow 10.0.0.0/8", "allow 172.16.0.0/12", "allow 192.168.0.0/16"], lines.Where(line => line.StartsWith("allow", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_other_cameras_follow_it_alone()
    {
        var lines = ChronyConfig.Client("192.168.1.102").Split('\n');
        Assert.Contains("server 192.168.1.102 iburst prefer minpoll 0 maxpoll 4", lines);
        Assert.Contains("makestep 0.1 3", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("pool", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_chronyd_on_a_network_of_their_own_tell_a_known_offset_within_a_millisecond()
    {
        await using var network = await TwoMachines.TryCreateAsync();
        if (network is null)
        {
            NotRun.Say(output, "this machine lets nobody make network namespaces, or has no chronyd or ip");
            return;
        }

        await network.StartChronyAsync(0, ChronyConfig.Master);
        await network.StartChronyAsync(1, ChronyConfig.Client(TwoMachines.AddressOf(0)).Replace("prefer", "prefer offset 0.0025", StringComparison.Ordinal));
        var chronyc = new Chronyc(host: network.SocketOf(1));
        ChronyTracking? tracking = null;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        while (tracking is not { Synchronised: true, ReferenceTime: not null })
        {
            await RealTime.PassAsync(TimeSpan.FromMilliseconds(200), timeout.Token);
            tracking = await chronyc.ReadAsync(timeout.Token);
        }

        output.WriteLine($"chrony says {tracking.SystemOffsetMs:0.000} ms");
        Assert.Equal(TwoMachines.AddressOf(0), tracking.Reference);
        Assert.Equal(11, tracking.Stratum);
        Assert.Equal(KnownOffsetMs, Math.Abs(tracking.SystemOffsetMs), 1.0);

        // With nobody to measure against in the cluster, it is what the node goes by.
        var status = SyncStatus.Of(OffsetEstimator.Empty, null, TimeProvider.System.GetUtcNow(), new SyncOptions(), tracking);
        Assert.Equal(("chrony", SyncConfidence.Good), (status.Source, status.Confidence));
    }

    [Fact]
    public async Task A_chronyc_that_hangs_is_given_up()
    {
        using var folder = new TempFolder();
        var program = folder.File("chronyc");
        await File.WriteAllTextAsync(program, "#!/bin/sh\nexec sleep 600\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Null(await new Chronyc(program).ReadAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    /// <summary>Two network namespaces joined by a cable, each with a chronyd that does not touch the machine's clock.</summary>
    private sealed class TwoMachines : IAsyncDisposable
    {
        private readonly TempFolder folder = new("rig-chrony");
        private readonly string[] names = [.. Enumerable.Range(0, 2).Select(n => $"rig{Environment.ProcessId}-{n}")];
        private readonly List<Process> started = [];

        internal static string AddressOf(int machine) => $"10.77.0.{machine + 1}";

        internal string SocketOf(int machine) => folder.File($"run{machine}", "sock");

        internal static async Task<TwoMachines?> TryCreateAsync()
        {
            var machines = new TwoMachines();
            var (a, b) = (machines.names[0], machines.names[1]);
            string[] commands =
            [
                "ip netns add " + a, "ip netns add " + b,
                $"ip link add rigveth0 netns {a} type veth peer name rigveth1 netns {b}",
                $"ip -n {a} addr add {AddressOf(0)}/24 dev rigveth0", $"ip -n {b} addr add {AddressOf(1)}/24 dev rigveth1",
                $"ip -n {a} link set rigveth0 up", $"ip -n {b} link set rigveth1 up", "chronyd --version",
            ];
            foreach (var command in commands)
            {
                if (!await RunAsync(command))
                {
                    await machines.DisposeAsync();
                    return null;
                }
            }

            return machines;
        }

        internal async Task StartChronyAsync(int machine, string configuration)
        {
            // chronyd wants a folder of root's alone for its socket.
            Directory.CreateDirectory(folder.File($"run{machine}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var own = $"""
                bindcmdaddress {SocketOf(machine)}
                pidfile {folder.File($"run{machine}", "pid")}
                cmdport 0

                """;
            var path = folder.File($"chrony{machine}.conf");
            await File.WriteAllTextAsync(path, string.Join('\n', configuration.Split('\n').Where(line => !line.StartsWith("driftfile", StringComparison.Ordinal) && line != "rtcsync")) + "\n" + own);
            started.Add(Process.Start(new ProcessStartInfo("ip", ["netns", "exec", names[machine], "chronyd", "-x", "-d", "-u", "root", "-f", path])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var process in started)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
                process.Dispose();
            }

            foreach (var name in names)
            {
                await RunAsync("ip netns del " + name);
            }

            folder.Dispose();
        }

        private static async Task<bool> RunAsync(string command)
        {
            try
            {
                var words = command.Split(' ');
                using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
                await process.WaitForExitAsync();
                return process.ExitCode == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }
    }
}
