using System.Globalization;
using Rig.Bench;
using Rig.Bench.Engine;
using Rig.Bench.Stitch;

return args.FirstOrDefault() switch
{
    "stitch-kernel" => StitchKernelBench.Run(args[1..]),
    "stitch-whole" => await StitchWholeBench.RunAsync(args[1..]),
    "receive" => await ReceiveBench.RunAsync(Number(1, 512), Number(2, 5), CancellationToken.None),
    "engine-local" => await EngineLocalBench.RunAsync(Number(1, 5), Json()),
    "engine-remote" => await EngineRemoteBench.RunAsync(Number(1, 5), Json()),
    "engine-cluster" => await EngineClusterBench.RunAsync(Number(1, 3), Json()),
    EngineRemoteBench.PeerVerb => await EngineRemoteBench.RunPeerAsync(args[1]),
    EngineClusterBench.NodeVerb => await EngineClusterBench.RunNodeAsync(args[1..]),
    _ => Usage(),
};

bool Json() => args.Contains("--json");

int Number(int at, int otherwise) => args.Length > at && args[at] != "--json" ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;

static int Usage()
{
    Console.Error.WriteLine("Rig.Bench stitch-kernel [rounds] | stitch-whole [seconds] | receive [megabytes] [rounds] | engine-local|engine-remote|engine-cluster [rounds] [--json]");
    return 2;
}
