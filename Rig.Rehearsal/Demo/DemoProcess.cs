using System.Diagnostics;
using System.Runtime.InteropServices;
using Rig.Media.Processes;

namespace Rig.Rehearsal.Demo;

/// <summary>
/// One program of Rig as a process of its own, in its own session so that a Ctrl-C at the terminal reaches the demo alone, which
/// then stops everything in order. What it prints goes to a log file.
/// </summary>
internal sealed partial class DemoProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly Process process;
    private readonly StreamWriter log;
    private int? exitCode;

    private DemoProcess(string name, Process process, StreamWriter log, string logFile)
    {
        Name = name;
        this.process = process;
        this.log = log;
        LogFile = logFile;
    }

    public string Name { get; }

    public string LogFile { get; }

    public bool HasExited => exitCode is not null || process.HasExited;

    public int ProcessId => process.Id;

    /// <summary>Of one that has ended; kept when it is disposed of. Null before.</summary>
    public int? LastExitCode => exitCode ?? (process.HasExited ? process.ExitCode : null);

    /// <summary>Sends it a signal, such as 19 (SIGSTOP). One that has ended hears nothing.</summary>
    public void Signal(int signal)
    {
        if (!process.HasExited)
        {
            _ = Kill(process.Id, signal);
        }
    }

    /// <param name="program">One of Rig's own, by name.</param>
    public static DemoProcess Start(string name, string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string workFolder) =>
        StartOther(name, Programs.Find(program), arguments, environment, workFolder);

    /// <param name="path">Any program.</param>
    public static DemoProcess StartOther(string name, string path, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string workFolder)
    {
        var start = StartInfo("setsid", [path, .. arguments], environment, workFolder);
        var logFile = Path.Combine(workFolder, "logs", name + ".log");
        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);
        var log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        var process = ChildProcess.Start(start);
        process.OutputDataReceived += (_, line) => Write(log, line.Data);
        process.ErrorDataReceived += (_, line) => Write(log, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        return new DemoProcess(name, process, log, logFile);
    }

    /// <summary>Runs a verb to its end and returns what it printed.</summary>
    /// <exception cref="DemoException">It ended with another code than 0; the message holds what it said.</exception>
    public static async Task<string> RunAsync(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string workFolder, string? input, CancellationToken cancellationToken)
    {
        using var process = ChildProcess.Start(StartInfo(Programs.Find(program), arguments, environment, workFolder));
        if (input is not null)
        {
            await process.StandardInput.WriteLineAsync(input.AsMemory(), cancellationToken);
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? await output
            : throw new DemoException($"'{program} {arguments[0]}' failed with exit code {process.ExitCode}: {(await output + await error).Trim()}");
    }

    /// <summary>The last lines of the log, for an error message.</summary>
    public string Tail(int lines = 8)
    {
        lock (log)
        {
            return string.Join('\n', File.ReadLines(LogFile).TakeLast(lines));
        }
    }

    /// <summary>All that it printed so far.</summary>
    public IReadOnlyList<string> Lines()
    {
        lock (log)
        {
            return [.. File.ReadLines(LogFile)];
        }
    }

    /// <summary>Ends it at once, and what it started by itself only if that notices.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (exitCode is not null)
        {
            return;
        }

        if (!process.HasExited)
        {
            // ESRCH, the process just ended, is as good.
            _ = Kill(process.Id, SigTerm);
            using var timeout = new CancellationTokenSource(Timeout);
            try
            {
                await process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        exitCode = process.ExitCode;
        process.Dispose();
        lock (log)
        {
            log.Dispose();
        }
    }

    private static ProcessStartInfo StartInfo(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string workFolder)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workFolder,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        return start;
    }

    private static void Write(StreamWriter log, string? line)
    {
        if (line is not null)
        {
            lock (log)
            {
                if (log.BaseStream is { CanWrite: true })
                {
                    log.WriteLine(line);
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int processId, int signal);
}
