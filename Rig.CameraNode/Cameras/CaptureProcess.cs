using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using Rig.CameraNode.Capture;
using Rig.Media.Processes;

namespace Rig.CameraNode.Cameras;

/// <summary>The node's end of a running capture process.</summary>
internal sealed class CaptureProcess : IDisposable
{
    private readonly Process process;
    private readonly ILogger logger;
    private readonly object writing = new();

    private CaptureProcess(Process process, ILogger logger) => (this.process, this.logger) = (process, logger);

    internal int ProcessId => process.Id;

    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    internal static CaptureProcess Start(IReadOnlyList<string> command, ILogger logger)
    {
        var process = ChildProcess.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text)
            {
                logger.LogWarning("capture: {Line}", text);
            }
        };
        process.BeginErrorReadLine();
        return new CaptureProcess(process, logger);
    }

    /// <param name="onMessage">Called for each message in order, on a thread of its own; the body is valid for the call.</param>
    /// <param name="onExited">Called once, after the last message, with what is known of why.</param>
    internal void BeginRead(Action<CaptureMessage> onMessage, Action<string> onExited) =>
        new Thread(() => Read(onMessage, onExited)) { IsBackground = true, Name = "capture reader" }.Start();

    /// <summary>The command line of this program's own capture process.</summary>
    internal static IReadOnlyList<string> OwnCommand()
    {
        var assembly = typeof(CaptureProcess).Assembly.Location;
        if (assembly.Length == 0)
        {
            return [Environment.ProcessPath!, "capture"];
        }

        var program = Path.ChangeExtension(assembly, null);
        return File.Exists(program) ? [program, "capture"] : ["dotnet", assembly, "capture"];
    }

    /// <summary>
    /// Sends a command: some hundred bytes into a pipe that holds 64 KiB, so nobody waits. A process that is gone does not hear it; that it is
    /// gone is told by onExited.
    /// </summary>
    internal void Send<T>(CaptureMessageType type, T message, JsonTypeInfo<T> json)
    {
        try
        {
            lock (writing)
            {
                CaptureWire.Write(process.StandardInput.BaseStream, type, message, json);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            logger.LogDebug(e, "The capture process did not take {Message}", type);
        }
    }

    internal void Shutdown()
    {
        try
        {
            lock (writing)
            {
                CaptureWire.Write(process.StandardInput.BaseStream, CaptureMessageType.Shutdown, []);
                process.StandardInput.Close();
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            logger.LogDebug(e, "The capture process was gone already");
        }
    }

    internal void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
        }
    }

    public void Dispose() => process.Dispose();

    private void Read(Action<CaptureMessage> onMessage, Action<string> onExited)
    {
        var buffer = new byte[256 << 10];
        string? fault = null;
        try
        {
            while (CaptureWire.Read(process.StandardOutput.BaseStream, ref buffer) is { } message)
            {
                onMessage(message);
            }
        }
        catch (Exception e)
        {
            // Whatever it was, this process is of no more use; the node replaces it.
            fault = e.Message;
        }

        Kill();
        process.WaitForExit(TimeSpan.FromSeconds(5));
        onExited(fault ?? (process.HasExited ? $"exit code {process.ExitCode}" : "it could not be ended"));
    }
}
