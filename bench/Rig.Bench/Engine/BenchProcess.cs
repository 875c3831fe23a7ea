using System.Diagnostics;
using System.Threading.Channels;

namespace Rig.Bench.Engine;

/// <summary>This program once more, in another process; what it prints comes out line by line with the time it came.</summary>
internal sealed class BenchProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process process;

    /// <param name="arguments">The verb of the other side, and what it needs.</param>
    /// <param name="lines">Takes each line, with this process and when it came.</param>
    public BenchProcess(IEnumerable<string> arguments, ChannelWriter<(BenchProcess From, string Line, long At)> lines)
    {
        process = new Process
        {
            // Standard input stays open as long as this process lives; the other side ends with it.
            StartInfo = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true },
        };
        process.OutputDataReceived += (_, output) =>
        {
            if (output.Data is { } line)
            {
                lines.TryWrite((this, line, Stopwatch.GetTimestamp()));
            }
        };
        process.Start();
        process.BeginOutputReadLine();
    }

    /// <summary>The next line that begins with <paramref name="word"/>, of any process; others are passed over.</summary>
    /// <exception cref="TimeoutException">None came for two minutes.</exception>
    public static async Task<(BenchProcess From, string Text, long At)> NextAsync(ChannelReader<(BenchProcess From, string Line, long At)> lines, string word)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (true)
            {
                var (from, line, at) = await lines.ReadAsync(patience.Token);
                if (line.StartsWith(word, StringComparison.Ordinal))
                {
                    return (from, line[word.Length..].Trim(), at);
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No process of the bench said '{word}' for {Patience.TotalSeconds} s.");
        }
    }

    /// <summary>SIGKILL.</summary>
    public void Kill() => process.Kill();

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.WaitForExit();
        process.Dispose();
    }

    /// <summary>In the other side: returns when the process that started this one has gone.</summary>
    public static async Task WaitForParentAsync() => await Console.In.ReadToEndAsync();
}
