using System.Diagnostics;
using System.Globalization;
using Rig.Bench.Receive;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Pull;

/// <summary>
/// Takes of several nodes pulled at once over loopback, each verified, synced, with its receipt committed and confirmed, beside a
/// writer that puts as many bytes on the same disk and syncs them. In turn, in one run.
/// </summary>
internal static class PullBench
{
    private static readonly string[] Cameras = ["CAM_L", "CAM_C", "CAM_R"];

    /// <param name="sizeMb">Of each take; 0 makes takes of a few bytes.</param>
    public static async Task<int> RunAsync(int sizeMb, int rounds, int takesPerNode, int nodeCount, CancellationToken cancellationToken)
    {
        var nodes = new List<ServedNode>();
        try
        {
            var take = new BenchTake((long)sizeMb << 20);

            // Few takes are looked for often, so that the bench measures transfers; thousands as often as a server does.
            var settings = new Dictionary<string, string> { ["Rig__Pull__PollInterval"] = takesPerNode < 100 ? "00:00:00.050" : "00:00:02" };
            for (var n = 0; n < nodeCount; n++)
            {
                var port = FreePort.Next();
                nodes.Add(await ServedNode.StartAsync(port, take, Cameras[n], cancellationToken));
                settings[$"Rig__Nodes__{n}"] = $"http://127.0.0.1:{port}";
            }

            await using var ingest = await IngestUnderTest.StartAsync(settings, cancellationToken);
            var sessions = Path.Combine(ingest.Folder, "sessions");
            var totalBytes = take.SizeBytes * takesPerNode * nodeCount;
            var idleBytes = ingest.PeakResidentBytes;
            var (pulled, written, cpu) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round <= rounds; round++)
            {
                var (clock, cpuBefore) = (Stopwatch.StartNew(), ingest.CpuTime);
                await Task.WhenAll(nodes.Select((node, n) => node.Offer($"BENCH{round}K{n}", takesPerNode))).WaitAsync(TimeSpan.FromHours(2), cancellationToken);
                var seconds = clock.Elapsed.TotalSeconds;
                var cpuSeconds = (ingest.CpuTime - cpuBefore).TotalSeconds;
                Directory.Delete(sessions, recursive: true);
                Directory.CreateDirectory(sessions);
                var alone = Write(Path.Combine(ingest.Folder, "alone"), take, totalBytes);
                if (round > 0 || rounds == 1)
                {
                    // The first round warms both up, unless it is the only one.
                    (pulled, written, cpu) = ([.. pulled, seconds], [.. written, alone], [.. cpu, cpuSeconds]);
                }

                if (rounds == 1)
                {
                    break;
                }
            }

            Print(totalBytes, takesPerNode * nodeCount, pulled, written, cpu);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  peak memory of rig-ingest                 {ingest.PeakResidentBytes >> 20} MiB, {idleBytes >> 20} MiB before the first transfer"));
            return 0;
        }
        finally
        {
            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }

    private static void Print(long totalBytes, int takes, List<double> pulled, List<double> written, List<double> cpu)
    {
        var (pull, alone, gigabytes) = (Median(pulled), Median(written), totalBytes / 1e9);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pull: {takes} takes, {gigabytes:0.000} GB in sum, medians of {pulled.Count}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  pulled, verified, synced, receipts        {gigabytes / pull:0.000} GB/s, {takes / pull:0.0} takes/s (goal 1.0 GB/s or the disk's rate)"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  the disk alone, one writer, synced        {gigabytes / alone:0.000} GB/s; pull is {alone / pull:0.00} x of it"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  CPU of rig-ingest                         {Median(cpu) / gigabytes:0.00} s a GB ({Median(cpu) / gigabytes * 0.125:0.00} of a core at 1 Gb/s)"));
    }

    private static double Write(string path, BenchTake take, long totalBytes)
    {
        var clock = Stopwatch.StartNew();
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            for (var offset = 0L; offset < totalBytes;)
            {
                var piece = take.PieceAt(offset % take.SizeBytes, totalBytes - offset);
                RandomAccess.Write(file, piece.Span, offset);
                offset += piece.Length;
            }

            RandomAccess.FlushToDisk(file);
        }

        var seconds = clock.Elapsed.TotalSeconds;
        File.Delete(path);
        return seconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
