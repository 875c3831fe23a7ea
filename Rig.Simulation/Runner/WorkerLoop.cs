using System.Text.Json;
using Rig.Simulation.Platform;
using Rig.Simulation.Scenarios;

namespace Rig.Simulation.Runner;

/// <summary>
/// The process that holds a world: a job a line on standard input, one world after the other. Answers with lines of the trace, if
/// asked for, and one line with the outcome.
/// </summary>
internal static class WorkerLoop
{
    public const string Argument = "--worker";

    /// <summary>Before a line of the trace; an outcome is JSON.</summary>
    public const char TraceMark = '|';

    /// <summary>What the runtime is to be started with; part of it cannot be said in the program's own configuration.</summary>
    public static readonly IReadOnlyDictionary<string, string> Environment = new Dictionary<string, string>
    {
        // One queue of timers, and no second thread that would wait actively.
        ["DOTNET_PROCESSOR_COUNT"] = "1",
        // With one processor the runtime puts off its better compilation for longer than most worlds last.
        ["DOTNET_TC_CallCountingDelayMs"] = "0",
        ["DOTNET_TieredPGO"] = "0",
    };

    public static int Run(TextReader jobs, TextWriter answers)
    {
        try
        {
            HeldProcess.Take();
        }
        catch (SelfCheckException e)
        {
            Console.Error.WriteLine($"simulation: {e.Message}");
            return 2;
        }

        while (jobs.ReadLine() is { } line)
        {
            answers.WriteLine(JsonSerializer.Serialize(Run(JsonSerializer.Deserialize<SeedJob>(line)!, answers)));
            answers.Flush();
        }

        return 0;
    }

    /// <summary>An exception that leaves a world is a broken rule too: something died that should not.</summary>
    private static Outcome Run(SeedJob job, TextWriter answers)
    {
        void Tell(string line) => answers.WriteLine(TraceMark + line.ReplaceLineEndings(" "));
        try
        {
            return InvariantSets.Find(job.Set).Run(job.Seed, job.Bug, job.Trace ? Tell : null);
        }
        catch (Exception e)
        {
            return new Outcome(job.Set, job.Seed, 0, TimeSpan.Zero, 0, [e.ToString()]);
        }
    }
}
