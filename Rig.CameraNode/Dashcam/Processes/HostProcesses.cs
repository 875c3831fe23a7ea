using System.ComponentModel;
using System.Diagnostics;
using Rig.CameraNode.Native;
using Rig.Media.Processes;

namespace Rig.CameraNode.Dashcam.Processes;

/// <summary>Starts them, with an argument list and in the C locale.</summary>
internal sealed class HostProcesses(ILogger<HostProcesses> logger) : IProcesses
{
    private const int MaxOutputBytes = 64 << 20;
    private const int MaxErrorChars = 16 << 10;

    /// <summary>Between SIGTERM and SIGKILL: rsync keeps what it has of a file.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public async Task<ProgramResult> RunAsync(ProgramCall call, CancellationToken cancellationToken)
    {
        logger.LogDebug("Running {Call}", call);
        var start = new ProcessStartInfo(call.Program, call.Arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C";
        Process process;
        try
        {
            process = ChildProcess.Start(start);
        }
        catch (Win32Exception e)
        {
            return new ProgramResult(null, default, "", $"{call.Program} cannot be run: {e.Message}");
        }

        using (process)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(call.Timeout);
            var output = ReadAsync(process.StandardOutput.BaseStream, limit.Token);
            var errors = ReadAsync(process.StandardError.BaseStream, limit.Token);
            try
            {
                await FeedAsync(process, call.Input, limit.Token);
                await process.WaitForExitAsync(limit.Token);
                var (bytes, said) = (await output, System.Text.Encoding.UTF8.GetString((await errors).Span).Trim());
                said = said.Length > MaxErrorChars ? said[^MaxErrorChars..] : said;
                return new ProgramResult(process.ExitCode, bytes, said, process.ExitCode == 0 ? null : Problem(call.Program, process.ExitCode, said));
            }
            catch (OperationCanceledException)
            {
                await EndAsync(process);
                cancellationToken.ThrowIfCancellationRequested();
                return new ProgramResult(null, default, "", $"{call.Program} did not end within {call.Timeout.TotalSeconds:0.#} s.");
            }
        }
    }

    public string? Find(string program) => program.Contains('/', StringComparison.Ordinal)
        ? IsProgram(program) ? program : null
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, program)).FirstOrDefault(IsProgram);

    private static bool IsProgram(string path) =>
        File.Exists(path) && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;

    private static string Problem(string program, int exitCode, string said)
    {
        var last = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return $"{program} ended with {exitCode}{(last.Length > 0 ? ": " + string.Join(" / ", last.TakeLast(3)) : "")}";
    }

    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte>? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is { } bytes)
            {
                await process.StandardInput.BaseStream.WriteAsync(bytes, cancellationToken);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it; its exit code tells.
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        // Also what goes beyond the limit is read, so that the program does not wait for ever.
        using var kept = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            kept.Write(buffer, 0, (int)Math.Min(read, MaxOutputBytes - kept.Length));
        }

        return kept.ToArray();
    }

    private static async Task EndAsync(Process process)
    {
        Posix.TrySignal(process.Id, Posix.Terminate);
        using var grace = new CancellationTokenSource(Grace);
        try
        {
            await process.WaitForExitAsync(grace.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
