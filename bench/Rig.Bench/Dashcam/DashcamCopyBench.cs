using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Rig.CameraNode.Dashcam.Copy;
using Rig.CameraNode.Dashcam.Staging;

namespace Rig.Bench.Dashcam;

/// <summary>
/// The dashcam's copy (read, hash, write, sync, read back from the medium, compare) beside <c>rsync --checksum</c> of the same files, by turns. rsync
/// syncs nothing unless told to and reads nothing back; with <c>--fsync</c> it is shown as well.
/// </summary>
internal static class DashcamCopyBench
{
    internal static async Task<int> RunAsync(int megabytes, int files, int rounds)
    {
        var root = Directory.CreateTempSubdirectory("rig-bench-dashcam-").FullName;
        try
        {
            var card = Path.Combine(root, "card");
            Directory.CreateDirectory(card);
            var film = new byte[megabytes << 20];
            for (var i = 0; i < files; i++)
            {
                RandomNumberGenerator.Fill(film);
                await File.WriteAllBytesAsync(Path.Combine(card, $"{i}.MP4"), film);
            }

            Process.Start("sync").WaitForExit();
            var ratios = new List<(double Plain, double Synced)>();
            for (var round = 0; round < rounds; round++)
            {
                var plain = await RsyncAsync(root, card, "--checksum");
                var own = await OwnAsync(root, card, files);
                var synced = await RsyncAsync(root, card, "--checksum", "--fsync");
                ratios.Add((plain / own, synced / own));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  round {round + 1}: copy and verify {Rate(own):0} MB/s, rsync --checksum {Rate(plain):0} MB/s, with --fsync {Rate(synced):0} MB/s: {ratios[^1].Plain:0.00} and {ratios[^1].Synced:0.00} times"));
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"dashcam-copy: {Median(ratios.Select(r => r.Plain)):0.00} times rsync --checksum (goal at least 1.0), {Median(ratios.Select(r => r.Synced)):0.00} times rsync --checksum --fsync"));
            return 0;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        double Rate(double seconds) => files * (double)(megabytes << 20) / 1e6 / seconds;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    private static async Task<double> OwnAsync(string root, string card, int files)
    {
        var staging = new StagingFolder(Path.Combine(root, "staging"));
        staging.Create();
        double seconds;
        using (var ledger = Ledger.Open(staging.LedgerPath))
        {
            var job = new CopyJob(
                new CopyPorts(staging, ledger, StagingSpace.Of(staging.Root, 0, 100), TimeProvider.System), new CopySelection([], "oldest", 0, 0), compareFull: false, _ => { });
            var begin = Stopwatch.GetTimestamp();
            var report = await Task.Run(() => job.Run(card, CancellationToken.None));
            seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            if (report.Copied != files)
            {
                throw new InvalidOperationException($"{report}");
            }
        }

        Directory.Delete(staging.Root, recursive: true);
        return seconds;
    }

    private static async Task<double> RsyncAsync(string root, string card, params string[] flags)
    {
        var target = Path.Combine(root, "rsync");
        Directory.CreateDirectory(target);
        var begin = Stopwatch.GetTimestamp();
        using (var rsync = Process.Start("rsync", ["-a", .. flags, card + "/", target + "/"]))
        {
            await rsync.WaitForExitAsync();
            if (rsync.ExitCode != 0)
            {
                throw new InvalidOperationException($"rsync ended with {rsync.ExitCode}");
            }
        }

        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        Directory.Delete(target, recursive: true);
        return seconds;
    }
}
