using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rig.Actors.Pipeline;
using Rig.Domain.Messages;
using Rig.Media.Processes;

namespace Rig.Ingest.Stages;

/// <summary>
/// Runs a stage in a process of its own, <c>rig-ingest stage</c>, at a lower priority than the server: what takes every core for
/// minutes holds back neither heartbeats nor uploads, and a native library that crashes takes nothing along.
/// </summary>
/// <param name="program">The path of rig-ingest.</param>
/// <param name="settings">The server's own command line, so that the stage has the same configuration.</param>
internal sealed class StageProcess(PipelineStage stage, string program, IReadOnlyList<string> settings, ILoggerFactory logging) : IPipelineStage
{
    /// <summary>Of nice(1), which the stage's own child processes inherit.</summary>
    internal const int Niceness = 10;

    private const int KeptErrorLines = 8;

    public PipelineStage Stage => stage;

    /// <exception cref="IOException">The process could not do its work, or ended without a result.</exception>
    public async Task<JsonObject> RunAsync(StageContext context, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        // Of an attempt that was killed, with its server or alone. Whoever holds the session's lease is alone with it.
        StageLeftovers.Delete(context.SessionPath);
        // In a session of its own: Ctrl-C is for the server, which ends the stage by giving it up, and no failure of the stage.
        using var process = ChildProcess.Start(new ProcessStartInfo("setsid", ["nice", "-n", $"{Niceness}", program, "stage", $"{stage}", .. settings])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        using var cancelled = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var errors = ReadErrorsAsync(process.StandardError);
        try
        {
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(StageInput.Of(context), StageJson.Default.StageInput));
            await process.StandardInput.FlushAsync(CancellationToken.None);
        }
        catch (IOException)
        {
            // It ended before it read; how is told below.
        }

        var end = await ReadAsync(process.StandardOutput, progress);
        await process.WaitForExitAsync(CancellationToken.None);
        if (end?.Result is null)
        {
            StageLeftovers.Delete(context.SessionPath);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return end switch
        {
            { Result: { } result } => result,
            { Refused: { } refused } => throw new StageFailedException(refused),
            { Failed: { } failed } => throw new IOException(failed),
            _ => throw new IOException($"The process of stage {stage} ended with exit code {process.ExitCode}: {await errors}"),
        };
    }

    private async Task<StageLine?> ReadAsync(StreamReader output, IProgress<StageProgress> progress)
    {
        StageLine? end = null;
        while (await output.ReadLineAsync(CancellationToken.None) is { } text)
        {
            var line = JsonSerializer.Deserialize(text, StageJson.Default.StageLine)!;
            if (line.Progress is { } reached)
            {
                progress.Report(reached);
            }
            else if (line.Log is { } entry)
            {
                logging.CreateLogger(entry.Category).Log(entry.Level, "{Message}", entry.Message);
            }
            else
            {
                end = line;
            }
        }

        return end;
    }

    private static async Task<string> ReadErrorsAsync(StreamReader errors)
    {
        var kept = new Queue<string>();
        while (await errors.ReadLineAsync(CancellationToken.None) is { } line)
        {
            kept.Enqueue(line);
            if (kept.Count > KeptErrorLines)
            {
                kept.Dequeue();
            }
        }

        return kept.Count == 0 ? "it gave no reason" : string.Join("; ", kept);
    }
}
