using System.Diagnostics;
using System.Globalization;
using System.Net;
using Rig.Bench.Receive;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Pull;

/// <summary>
/// One take pulled over a path of 1 Gb/s with a round trip of 20 ms and 0.1 % of the segments lost, beside one curl that fetches the
/// same bytes over the same kind of path. The path is a model (<see cref="TcpPath"/>): what is compared is how each uses it.
/// </summary>
internal static class PullLinkBench
{
    private const double BytesPerSecond = 125e6;
    private const double RoundTripSeconds = 0.020;
    private const double LossRate = 0.001;

    /// <summary>A long-lived Reno connection's share of such a path: Mathis et al., 1997.</summary>
    private static double OneConnectionBytesPerSecond => TcpPath.SegmentBytes / RoundTripSeconds * Math.Sqrt(1.5 / LossRate);

    public static async Task<int> RunAsync(int sizeMb, int rounds, CancellationToken cancellationToken)
    {
        var take = new BenchTake((long)sizeMb << 20);
        var nodePort = FreePort.Next();
        await using var node = await ServedNode.StartAsync(nodePort, take, "CAM_C", cancellationToken);
        var server = new IPEndPoint(IPAddress.Loopback, nodePort);
        await using var relay = Relay(server, seed: 1);
        await using var ingest = await IngestUnderTest.StartAsync(
            new() { ["Rig__Nodes__0"] = $"http://127.0.0.1:{relay.Port}", ["Rig__Pull__PollInterval"] = "00:00:00.050" }, cancellationToken);
        var (pulls, curls) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            await node.Offer($"LINK{round}", 1).WaitAsync(TimeSpan.FromHours(1), cancellationToken);
            pulls.Add(clock.Elapsed.TotalSeconds);
            ingest.Forget($"LINK{round}N0");

            // One that nobody offers, from the same node, so that nothing else is on curl's path.
            await using var own = Relay(server, seed: 1_000 * (round + 1));
            curls.Add(await CurlAsync(own.Port, take, ingest.Folder, cancellationToken));
        }

        var (pull, curl) = (Median(pulls), Median(curls));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pull-link: {take.SizeBytes / 1e6:0} MB, {rounds} rounds, medians; path of 1 Gb/s, round trip 20 ms, 0.1 % loss (simulated, docs/design/offload.md)"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  pulled, verified, synced, receipt         {take.SizeBytes / 1e6 / pull:0.00} MB/s"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  one curl                                  {take.SizeBytes / 1e6 / curl:0.00} MB/s (a Reno connection on such a path: {OneConnectionBytesPerSecond / 1e6:0.00})"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  pull over curl                            {curl / pull:0.00} x (goal 0.9)"));
        return curl / pull >= 0.9 ? 0 : 1;
    }

    private static LinkRelay Relay(IPEndPoint server, int seed) => new(server, BytesPerSecond, RoundTripSeconds, LossRate, seed);

    private static async Task<double> CurlAsync(int port, BenchTake take, string folder, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, "curl.mp4");
        var clock = Stopwatch.StartNew();
        using var curl = Process.Start("curl",
            ["--silent", "--fail", "--noproxy", "*", "--range", string.Create(CultureInfo.InvariantCulture, $"0-{take.SizeBytes - 1}"), "--output", file, $"http://127.0.0.1:{port}/api/v1/recordings/any/download"]);
        await curl.WaitForExitAsync(cancellationToken);
        var seconds = clock.Elapsed.TotalSeconds;
        if (curl.ExitCode != 0 || new FileInfo(file).Length != take.SizeBytes)
        {
            throw new DemoException($"curl failed with exit code {curl.ExitCode}.");
        }

        File.Delete(file);
        return seconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
