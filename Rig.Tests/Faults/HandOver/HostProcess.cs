using System.Diagnostics;
using System.Globalization;

namespace Rig.Tests.Faults.HandOver;

/// <summary>One of the <see cref="HandOverHosts"/>, as its test sees it.</summary>
internal sealed class HostProcess : IDisposable
{
    private const int KeptLines = 30;

    private readonly Process process;
    private readonly Queue<string> said = new();

    private HostProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Task Ended => process.WaitForExitAsync();

    public bool HasEnded => process.HasExited;

    /// <summary>128 + 9 is SIGKILL.</summary>
    public int ExitCode => process.ExitCode;

    public static HostProcess Start(string verb, IEnumerable<string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(HostProcess).Assembly.Location, verb, .. settings])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // It lives too short for it to pay.
        start.Environment["DOTNET_TieredPGO"] = "0";
        return new HostProcess(Process.Start(start)!);
    }

    /// <summary>It dies at the step when it comes to it for the so-manieth time from now.</summary>
    public void Arm(string step, int count) => Send(string.Create(CultureInfo.InvariantCulture, $"arm {count} {step}"));

    public void Send(string line)
    {
        try
        {
            process.StandardInput.WriteLine(line);
            process.StandardInput.Flush();
        }
        catch (IOException) when (process.HasExited)
        {
            // It died before it heard it.
        }
    }

    /// <summary>SIGKILL, and waits for the end.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>The last lines that it printed.</summary>
    public string Tail()
    {
        lock (said)
        {
            return string.Join('\n', said);
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (said)
        {
            if (line is not null)
            {
                said.Enqueue(line);
            }

            if (said.Count > KeptLines)
            {
                said.Dequeue();
            }
        }
    }
}
