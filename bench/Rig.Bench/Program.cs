using System.Globalization;
using Rig.Bench;
using Rig.Bench.Record;
using Rig.Bench.Stitch;

return args.FirstOrDefault() switch
{
    "stitch-kernel" => StitchKernelBench.Run(args[1..]),
    "stitch-whole" => await StitchWholeBench.RunAsync(args[1..]),
    "receive" => await ReceiveBench.RunAsync(Number(1, 512), Number(2, 5), CancellationToken.None),
    "pull" => await PullBench.RunAsync(Number(1, 1024), Number(2, 3), Number(3, 1), Number(4, 3), CancellationToken.None),
    "record-overhead" => await RecordOverheadBench.RunAsync(Number(1, 30), Number(2, 3)),
    "start-spread" => await StartSpreadBench.RunAsync(Number(1, 100)),
    "manifest-latency" => await ManifestLatencyBench.RunAsync(Number(1, 3)),
    "download-while-recording" => await DownloadBench.RunAsync(Number(1, 20)),
    "soak" when args is [_, var minutes, var mode] && mode.Split('x') is [var w, var h, var f] => await SoakBench.RunAsync(
        double.Parse(minutes, CultureInfo.InvariantCulture), int.Parse(w, CultureInfo.InvariantCulture), int.Parse(h, CultureInfo.InvariantCulture), int.Parse(f, CultureInfo.InvariantCulture)),
    _ => Usage(),
};

int Number(int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;

static int Usage()
{
    Console.Error.WriteLine("Rig.Bench stitch-kernel [rounds] | stitch-whole [seconds] | receive [megabytes] [rounds] | pull [megabytes] [rounds] [takes a node] [nodes]\n"
        + "  record-overhead [seconds] [rounds] | start-spread [starts] | manifest-latency [rounds] | download-while-recording [seconds] | soak MINUTES WIDTHxHEIGHTxFPS");
    return 2;
}
