using System.Globalization;
using Rig.Bench.Accounts;
using Rig.Bench.Cluster;
using Rig.Bench.Dashcam;
using Rig.Bench.Frames;
using Rig.Bench.Pull;
using Rig.Bench.Receive;
using Rig.Bench.Record;
using Rig.Bench.Stitch;
using Rig.Bench.Watch;

// One line a measure: its name, what may follow, and what runs.
(string Verb, string Usage, Func<Task<int>> Run)[] measures =
[
    ("stitch-kernel", "[rounds]", () => Task.FromResult(StitchKernelBench.Run(args[1..]))),
    ("stitch-whole", "[seconds]", () => StitchWholeBench.RunAsync(args[1..])),
    ("receive", "[megabytes] [rounds]", () => ReceiveBench.RunAsync(Number(1, 512), Number(2, 5), CancellationToken.None)),
    ("receive-soak", "[megabytes]", () => ReceiveSoakBench.RunLargeAsync(Number(1, 61_440), CancellationToken.None)),
    ("receive-takes", "[number]", () => ReceiveSoakBench.RunSmallAsync(Number(1, 10_000), CancellationToken.None)),
    ("pull", "[megabytes] [rounds] [takes a node] [nodes]", () => PullBench.RunAsync(Number(1, 1024), Number(2, 3), Number(3, 1), Number(4, 3), CancellationToken.None)),
    ("pull-link", "[megabytes] [rounds]", () => PullLinkBench.RunAsync(Number(1, 48), Number(2, 3), CancellationToken.None)),
    ("record-overhead", "[seconds] [rounds]", () => RecordOverheadBench.RunAsync(Number(1, 30), Number(2, 3))),
    ("encode-pipe", "[frames] [rounds]", () => EncodePipeBench.RunAsync(Number(1, 300), Number(2, 5))),
    ("start-spread", "[starts]", () => StartSpreadBench.RunAsync(Number(1, 100))),
    ("manifest-latency", "[rounds]", () => ManifestLatencyBench.RunAsync(Number(1, 3))),
    ("download-while-recording", "[seconds]", () => DownloadBench.RunAsync(Number(1, 20))),
    ("idle", "[seconds] [another build's rig-node]", () => IdleBench.RunAsync(Number(1, 60), args.ElementAtOrDefault(2))),
    ("loaded", "[minutes] [busy loops]", () => LoadedBench.RunAsync(Number(1, 10), Number(2, 2 * Environment.ProcessorCount))),
    ("takeover", "[kills] [kills with Akka.NET's defaults]", () => TakeoverBench.RunAsync(Number(1, 30), Number(2, 3))),
    ("sign-in-timing", "[tries]", async () => await ViewerSignInBench.RunAsync(Number(1, 200), CancellationToken.None) + await HomeSignInBench.RunAsync(Number(1, 200), CancellationToken.None)),
    ("delivery", "[seconds] [clients]", () => DeliveryBench.RunAsync(Number(1, 5), Number(2, 50), CancellationToken.None)),
    ("season", "[requests]", () => SeasonBench.RunAsync(Number(1, 200), CancellationToken.None)),
    ("renditions", "[seconds] [rounds] [panorama.mp4]", () => RenditionBench.RunAsync(Number(1, 20), Number(2, 3), args.ElementAtOrDefault(3))),
    ("dashcam-copy", "[megabytes a file] [files] [rounds]", () => DashcamCopyBench.RunAsync(Number(1, 64), Number(2, 16), Number(3, 5))),
    ("frames", "[pictures] [rounds]", () => FramesBench.RunAsync(Number(1, 3000), Number(2, 3), CancellationToken.None)),
    ("soak", "MINUTES WIDTHxHEIGHTxFPS", SoakAsync),
];

if (Array.Find(measures, measure => measure.Verb == args.FirstOrDefault()).Run is { } run)
{
    return await run();
}

Console.Error.WriteLine("Usage: Rig.Bench MEASURE [arguments]");
foreach (var measure in measures)
{
    Console.Error.WriteLine($"  {measure.Verb} {measure.Usage}");
}

return 2;

int Number(int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;

Task<int> SoakAsync()
{
    var mode = args.ElementAtOrDefault(2)?.Split('x') is { Length: 3 } parts ? [.. parts.Select(part => int.Parse(part, CultureInfo.InvariantCulture))] : new[] { 640, 360, 30 };
    return SoakBench.RunAsync(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 100, mode[0], mode[1], mode[2]);
}
