using System.Globalization;
using Rig.Bench;
using Rig.Bench.Stitch;

return args.FirstOrDefault() switch
{
    "stitch-kernel" => StitchKernelBench.Run(args[1..]),
    "stitch-whole" => await StitchWholeBench.RunAsync(args[1..]),
    "receive" => await ReceiveBench.RunAsync(Number(1, 512), Number(2, 5), CancellationToken.None),
#if !ENGINE_AKKA
    "simulate" => Rig.Bench.Simulate.SimulateCommand.Run(args[1..]),
#endif
    _ => Usage(),
};

int Number(int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;

static int Usage()
{
    Console.Error.WriteLine("Rig.Bench stitch-kernel [rounds] | stitch-whole [seconds] | receive [megabytes] [rounds] | simulate [--help]");
    return 2;
}
