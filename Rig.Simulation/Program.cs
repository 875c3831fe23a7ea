using System.Diagnostics;
using System.Globalization;
using Rig.Simulation.Platform;
using Rig.Simulation.Scenarios;

HeldProcess.Take();
var set = InvariantSets.Find(args[0]);
int from = int.Parse(args[1], CultureInfo.InvariantCulture), count = int.Parse(args[2], CultureInfo.InvariantCulture);
var bug = args.Length > 3 && args[3] != "-" ? args[3] : null;
var show = args.Length > 4;
var steps = 0L;
var simulated = 0.0;
var broken = 0;
var cpu = Process.GetCurrentProcess().TotalProcessorTime;
var half = cpu;
for (var seed = from; seed < from + count; seed++)
{
    if (seed == from + (count / 2)) half = Process.GetCurrentProcess().TotalProcessorTime;
    var outcome = set.Run(seed, bug, show ? Console.WriteLine : null);
    steps += outcome.Steps;
    simulated += outcome.Simulated.TotalSeconds;
    if (outcome.Violations.Count > 0) broken++;
    Console.WriteLine($"{outcome} {outcome.Hash:x16} {outcome.Steps} {outcome.Simulated.TotalSeconds:F1}");
}

var end = Process.GetCurrentProcess().TotalProcessorTime;
Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{broken} of {count} broken, {steps / count} steps a seed, {simulated / count:F1} s a seed, cpu {(end - cpu).TotalMilliseconds / count:F0} ms a seed, second half {(end - half).TotalMilliseconds / (count - count / 2):F0}, heap {GC.GetTotalMemory(true) / 1e6:F0} MB"));
