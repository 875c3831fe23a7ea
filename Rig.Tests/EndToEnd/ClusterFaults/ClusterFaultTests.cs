using System.Globalization;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.EndToEnd.ClusterFaults;

/// <summary>
/// Three real nodes through broken networks, pauses, restarts and kills. RIG_FAULT_ROUNDS repeats each fault (scripts/cluster-faults.sh).
/// </summary>
[Collection(EndToEndTests.Name)]
public sealed class ClusterFaultTests(ITestOutputHelper output) : IDisposable
{
    private const int SigStop = 19;
    private const int SigCont = 18;

    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("RIG_FAULT_ROUNDS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 1;

    private readonly TempFolder folder = new("rig-faults");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_side_with_fewer_cameras_gives_up_the_coordinator_and_all_record_on()
    {
        using var network = new Namespaces();
        if (network.TryCreate(ThreeNodes.NetworkAddresses) is { } reason)
        {
            NotRun.Say(output, $"this machine has no network namespaces with bridges ({reason})");
            return;
        }

        await using var nodes = new ThreeNodes(folder.Path, network);
        await nodes.StartAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var session = await StartSessionAsync(nodes, "CAM_C", $"Cut_{round}");
            var host = Assert.Single(await nodes.HostsAsync(ThreeNodes.Cameras));
            var others = ThreeNodes.Cameras.Where(camera => camera != host).ToList();
            network.Cut(host);

            var ended = nodes.UntilAsync("the cut-off side has ended its coordinator", async () => !await nodes.HostsAsync(host));
            var taken = nodes.UntilAsync("the other side has one coordinator", async () =>
            {
                var hosts = await nodes.HostsAsync(others);
                Assert.True(hosts.Count <= 1, $"{string.Join(" and ", hosts)} both host the coordinator.");
                return hosts.Count == 1 && await nodes.SeeAllAsync(others);
            });
            output.WriteLine($"Cut off: the coordinator ended after {(await ended).TotalSeconds:0.0} s there and began after {(await taken).TotalSeconds:0.0} s here.");

            network.Heal(host);
            var healed = await nodes.UntilAsync("all are one cluster again with one coordinator", async () =>
                await nodes.SeeAllAsync(ThreeNodes.Cameras) && (await nodes.HostsAsync(ThreeNodes.Cameras)).Count == 1);
            output.WriteLine($"Healed after {healed.TotalSeconds:0.0} s.");

            await AllRecordAsync(nodes, "CAM_C", session);
            await StopSessionAsync(nodes, "CAM_C");
            foreach (var camera in ThreeNodes.Cameras)
            {
                // One take for each session so far: nobody's recording was interrupted.
                Assert.Equal(round + 1, await nodes.TakesAsync(camera));
            }
        }
    }

    [Fact]
    public async Task A_pause_of_two_seconds_takes_nobody_out()
    {
        await using var nodes = new ThreeNodes(folder.Path, network: null);
        await nodes.StartAsync();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var camera in ThreeNodes.Cameras)
            {
                var host = Assert.Single(await nodes.HostsAsync(ThreeNodes.Cameras));
                var before = await UptimesAsync(nodes);
                nodes.Signal(camera, SigStop);
                await RealTime.PassAsync(TimeSpan.FromSeconds(2));
                nodes.Signal(camera, SigCont);

                // Long enough for a downing that was set off to have happened.
                await nodes.UntilAsync("six more seconds have passed everywhere", async () => (await UptimesAsync(nodes)).Zip(before).All(pair => pair.First >= pair.Second + 8 || pair.First < pair.Second));
                Assert.True((await UptimesAsync(nodes)).Zip(before).All(pair => pair.First > pair.Second), $"A cluster system was made again after {camera} paused.");
                Assert.True(await nodes.SeeAllAsync(ThreeNodes.Cameras));
                Assert.Equal([host], await nodes.HostsAsync(ThreeNodes.Cameras));
            }
        }
    }

    [Fact]
    public async Task A_session_outlives_a_rolling_restart_and_the_death_of_its_coordinators_host()
    {
        await using var nodes = new ThreeNodes(folder.Path, network: null);
        await nodes.StartAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var session = await StartSessionAsync(nodes, "CAM_L", $"Roll_{round}");
            foreach (var camera in ThreeNodes.Cameras)
            {
                var other = ThreeNodes.Cameras.First(one => one != camera);
                await nodes.StopAsync(camera);
                await RecordWithoutAsync(nodes, other, camera, session);
                await RejoinAsync(nodes, camera, session);
            }

            var host = Assert.Single(await nodes.HostsAsync(ThreeNodes.Cameras));
            var rest = ThreeNodes.Cameras.Where(camera => camera != host).ToList();
            await nodes.KillAsync(host);
            var moved = await nodes.UntilAsync("another node hosts the coordinator", async () => (await nodes.HostsAsync(rest)).Count == 1);
            output.WriteLine($"Killed: the coordinator was hosted again after {moved.TotalSeconds:0.0} s.");
            await RecordWithoutAsync(nodes, rest[0], host, session);
            await RejoinAsync(nodes, host, session);
            await StopSessionAsync(nodes, rest[1]);

            // Each was restarted once, and one of them killed besides.
            var takes = await Task.WhenAll(ThreeNodes.Cameras.Select(nodes.TakesAsync));
            Assert.Equal((round + 1) * 7, takes.Sum());
        }
    }

    [Fact]
    public async Task A_rig_that_loses_its_power_goes_on_in_the_same_session_and_a_stopped_one_stays_stopped()
    {
        await using var nodes = new ThreeNodes(folder.Path, network: null);
        await nodes.StartAsync();
        var session = await StartSessionAsync(nodes, "CAM_L", "Power");
        await LosePowerAsync(nodes);
        await AllRecordAsync(nodes, "CAM_R", session);

        await StopSessionAsync(nodes, "CAM_C");
        await LosePowerAsync(nodes);
        await NobodyRecordsAsync(nodes);
        foreach (var camera in ThreeNodes.Cameras)
        {
            // The first until the power went, the second until the stop, and no third.
            await nodes.UntilAsync($"{camera} has two takes", async () => await nodes.TakesAsync(camera) == 2);
        }
    }

    [Fact]
    public async Task A_rig_that_was_without_power_for_too_long_begins_nothing()
    {
        await using var nodes = new ThreeNodes(folder.Path, network: null) { ResumeWithin = TimeSpan.FromMilliseconds(1) };
        await nodes.StartAsync();
        await StartSessionAsync(nodes, "CAM_L", "Empty");
        await LosePowerAsync(nodes);
        await NobodyRecordsAsync(nodes);
        await StartSessionAsync(nodes, "CAM_L", "Next");
    }

    /// <summary>Nobody would stop a camera that does, so it is true at once or never.</summary>
    private static Task NobodyRecordsAsync(ThreeNodes nodes) =>
        nodes.UntilAsync("nobody records", async () => (await nodes.RecordingAsync("CAM_C")).Values.All(session => session is null));

    /// <summary>kill -9 of all nodes, and the start of all. Whoever would begin to record by itself has had the time to.</summary>
    private static async Task LosePowerAsync(ThreeNodes nodes)
    {
        await Task.WhenAll(ThreeNodes.Cameras.Select(nodes.KillAsync));
        foreach (var camera in ThreeNodes.Cameras)
        {
            nodes.Start(camera);
        }

        await nodes.UntilAsync("the three nodes are one cluster that has lived for a while", async () =>
            await nodes.SeeAllAsync(ThreeNodes.Cameras) && (await UptimesAsync(nodes)).All(uptimeSec => uptimeSec > 8));
    }

    private static async Task<long[]> UptimesAsync(ThreeNodes nodes) => await Task.WhenAll(ThreeNodes.Cameras.Select(nodes.ClusterUptimeAsync));

    private static async Task<string> StartSessionAsync(ThreeNodes nodes, string asked, string session)
    {
        await nodes.UntilAsync("preflight passes", async () => (await nodes.AskAsync(asked, "rig preflight")).All(check => (bool)check["passed"]! || (string?)check["level"] == "warn"));
        await nodes.AskAsync(asked, "rig start", ("session", session));
        await AllRecordAsync(nodes, asked, session);
        return session;
    }

    private static Task AllRecordAsync(ThreeNodes nodes, string asked, string session) => nodes.UntilAsync($"all cameras record {session}", async () =>
        await nodes.RecordingAsync(asked) is { Count: 3 } recording && recording.Values.All(value => value == session));

    /// <summary>The two others record on, and it is known that the third is gone: what is seen of it later is new.</summary>
    private static Task RecordWithoutAsync(ThreeNodes nodes, string asked, string gone, string session) => nodes.UntilAsync($"all but {gone} record {session}", async () =>
        (await nodes.RecordingAsync(asked)).All(recording => recording.Value == (recording.Key == gone ? null : session)));

    /// <summary>Starts a camera's node and waits until it has its part in the cluster and in the session again.</summary>
    private static async Task RejoinAsync(ThreeNodes nodes, string camera, string session)
    {
        nodes.Start(camera);
        await nodes.UntilAsync($"{camera} is back, with one coordinator among the three", async () =>
            await nodes.SeeAllAsync(ThreeNodes.Cameras) && (await nodes.HostsAsync(ThreeNodes.Cameras)).Count == 1);
        await AllRecordAsync(nodes, camera, session);
    }

    private static async Task StopSessionAsync(ThreeNodes nodes, string asked)
    {
        await nodes.AskAsync(asked, "rig stop");
        await nodes.UntilAsync("nobody records", async () => (await nodes.RecordingAsync(asked)).Values.All(value => value is null));
    }
}
