using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Rig.CameraNode.Dashcam.Power;
using Rig.CameraNode.Dashcam.Processes;
using Rig.CameraNode.Dashcam.Running;

namespace Rig.CameraNode.Commands;

/// <summary><c>rig-node dashcam preflight</c>. Exit code 0: nothing is missing; 1: something is; 2: the configuration is wrong.</summary>
internal static class DashcamPreflightCommand
{
    internal static Command Create(Option<string> config)
    {
        var command = new Command("preflight", "Names what is missing and how to get it, and reads the battery once. Changes nothing.");
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(config), new HostProcesses(NullLogger<HostProcesses>.Instance), Console.Out, Console.Error, cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(string configPath, IProcesses processes, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        if (DashcamCommand.Load(configPath, errors) is not { } config)
        {
            return 2;
        }

        var power = PowerSourceReaders.Of(config, processes);
        var findings = Preflight.Look(config, configPath, power, processes);
        foreach (var finding in findings)
        {
            await output.WriteLineAsync((finding.Stops ? "missing: " : "note: ") + finding.Problem);
        }

        var answer = await power.ReadAsync(cancellationToken);
        await output.WriteLineAsync(answer.Reading is { } reading
            ? FormattableString.Invariant($"battery: {reading.Percent:0.#} %, {(reading.Mains ? "mains" : "no mains")}")
            : $"missing: the battery cannot be read: {answer.Problem}");
        return findings.Count == 0 && answer.Reading is not null ? 0 : 1;
    }
}
