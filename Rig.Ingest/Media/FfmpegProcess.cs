using System.Diagnostics;

namespace Rig.Ingest.Media;

/// <summary>One ffmpeg child: raw pictures through its pipes, the end of what it complains of kept for an error message, killed with its owner.</summary>
internal sealed class FfmpegProcess : IAsyncDisposable
{
    private const int KeptErrorLines = 12;
    private readonly Process process;
    private readonly Queue<string> errors = new();
    private readonly Task errorReader;
    private bool inputClosed;

    private FfmpegProcess(Process process)
    {
        this.process = process;
        errorReader = ReadErrorsAsync();
    }

    public Stream Input => process.StandardInput.BaseStream;

    public Stream Output => process.StandardOutput.BaseStream;

    public static FfmpegProcess Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-hide_banner", "-loglevel", "error", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return new FfmpegProcess(Process.Start(start) ?? throw new InvalidOperationException("ffmpeg could not be started. Run scripts/setup.sh."));
    }

    /// <summary>Runs ffmpeg to its end with nothing piped in.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it said.</exception>
    public static async Task RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        await using var ffmpeg = Start(arguments);
        ffmpeg.CloseInput();
        await ffmpeg.Output.CopyToAsync(Stream.Null, cancellationToken);
        await ffmpeg.FinishAsync(cancellationToken);
    }

    /// <summary>Tells ffmpeg that nothing (more) comes in.</summary>
    public void CloseInput()
    {
        if (!inputClosed)
        {
            inputClosed = true;
            process.StandardInput.Close();
        }
    }

    /// <summary>Closes the input and waits for the end.</summary>
    /// <exception cref="InvalidOperationException">ffmpeg failed; the message holds what it said.</exception>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        CloseInput();
        await process.WaitForExitAsync(cancellationToken);
        await errorReader;
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ffmpeg failed with exit code {process.ExitCode}: {string.Join(' ', errors)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        await errorReader;
        process.Dispose();
    }

    private async Task ReadErrorsAsync()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            errors.Enqueue(line);
            if (errors.Count > KeptErrorLines)
            {
                errors.Dequeue();
            }
        }
    }
}
