using System.Diagnostics;
using System.Text.Json;
using Rig.Simulation.Scenarios;

namespace Rig.Simulation.Runner;

/// <summary>A process that runs worlds, as its parent sees it.</summary>
internal sealed class Worker : IDisposable
{
    private static readonly TimeSpan SeedTimeout = TimeSpan.FromMinutes(5);

    private readonly Process process;
    private readonly Task<string> errors;

    public Worker()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "rig-simulation"), [WorkerLoop.Argument])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in WorkerLoop.Environment)
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
        errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    /// <summary>False once it has ended by itself or was given up.</summary>
    public bool IsUsable { get; private set; } = true;

    /// <param name="trace">Gets the lines of the trace, if the job asks for them.</param>
    /// <returns>A broken outcome too where the process ends over it, or does not come to an end.</returns>
    public async Task<Outcome> RunAsync(SeedJob job, Action<string>? trace, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(job.Set == InvariantSets.Match.Name ? SeedTimeout * 10 : SeedTimeout);
        try
        {
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(job).AsMemory(), timeout.Token);
            await process.StandardInput.FlushAsync(timeout.Token);
            while (await process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
            {
                if (!line.StartsWith(WorkerLoop.TraceMark))
                {
                    return JsonSerializer.Deserialize<Outcome>(line)!;
                }

                trace?.Invoke(line[1..]);
            }

            return Failed(job, $"the process ended: {(await errors.WaitAsync(timeout.Token)).Trim()}");
        }
        catch (IOException e)
        {
            return Failed(job, $"the process ended: {e.Message} {(await errors.WaitAsync(cancellationToken)).Trim()}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(job, "the run does not come to an end");
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.WaitForExit();
        process.Dispose();
    }

    private Outcome Failed(SeedJob job, string why)
    {
        IsUsable = false;
        return new Outcome(job.Set, job.Seed, 0, TimeSpan.Zero, 0, [why]);
    }
}
