extern alias simulation;

using System.Diagnostics;
using System.Text.Json;
using simulation::Rig.Simulation.Runner;
using simulation::Rig.Simulation.Scenarios;

namespace Rig.Tests.Simulation;

/// <summary>Runs all sets once, in processes of their own: a world needs one that is made for it.</summary>
public sealed class SimulationSuite : IAsyncLifetime
{
    public const int Seeds = 200;

    private readonly List<SuiteResult> results = [];

    internal SuiteResult Find(string set, string? part) =>
        results.SingleOrDefault(result => result.Set == set && result.Part == part) ?? throw new InvalidOperationException($"The runner says nothing of {set} {part}. It said: {Errors}");

    private string Errors { get; set; } = "";

    /// <summary>Names of the sets.</summary>
    internal static IEnumerable<string> Sets => InvariantSets.All.Select(set => set.Name);

    /// <summary>Names of the faults that may be planted, each with its set.</summary>
    internal static IEnumerable<(string Set, string Bug)> Faults => InvariantSets.All.SelectMany(set => set.Bugs.Select(bug => (set.Name, bug)));

    public async Task InitializeAsync()
    {
        using var runner = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "rig-simulation"), ["--suite", "--count", $"{Seeds}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = runner.StandardError.ReadToEndAsync();
        while (await runner.StandardOutput.ReadLineAsync() is { } line)
        {
            results.Add(JsonSerializer.Deserialize<SuiteResult>(line)!);
        }

        Errors = await errors;
        await runner.WaitForExitAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
