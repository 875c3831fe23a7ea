using System.Globalization;
using Rig.Bench.Receive;
using Rig.Bench.Stitch;

return args.FirstOrDefault() switch
{
    "stitch-kernel" => StitchKernelBench.Run(args[1..]),
    "stitch-whole" => await StitchWholeBench.RunAsync(args[1..]),
    "receive" => await ReceiveBench.RunAsync(Number(1, 512), Number(2, 5), CancellationToken.None),
    "receive-soak" => await ReceiveSoakBench.RunLargeAsync(Number(1, 61_440), CancellationToken.None),
    "receive-takes" => await ReceiveSoakBench.RunSmallAsync(Number(1, 10_000), CancellationToken.None),
    _ => Usage(),
};

int Number(int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;

static int Usage()
{
    Console.Error.WriteLine("Rig.Bench stitch-kernel [rounds] | stitch-whole [seconds] | receive [megabytes] [rounds] | receive-soak [megabytes] | receive-takes [number]");
    return 2;
}
