using System.Diagnostics;
using Rig.CameraNode.Cameras;
using Rig.Tests.Support;

namespace Rig.Tests.Updates;

/// <summary>
/// The real <c>rig-node update-helper</c>, started by the first call on its socket as systemd does it. <c>systemctl</c> is a script that
/// prints what a file says.
/// </summary>
internal sealed class HelperProcess : IDisposable
{
    public const string Activator = "/usr/bin/systemd-socket-activate";

    private readonly Process process;

    private HelperProcess(Process process, string socket) => (this.process, Socket) = (process, socket);

    public string Socket { get; }

    /// <summary>The file whose text <c>systemctl show</c> prints: the node's process.</summary>
    public static string MainPidFile(TempFolder folder) => folder.File("main.pid");

    public static async Task<HelperProcess> StartAsync(TempFolder folder, string installPath, Uri health)
    {
        Directory.CreateDirectory(folder.File("bin"));
        await File.WriteAllTextAsync(folder.File("bin", "systemctl"), $"#!/bin/sh\ncat '{MainPidFile(folder)}' 2>/dev/null || echo 0\n");
        File.SetUnixFileMode(folder.File("bin", "systemctl"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var socket = folder.File("helper.sock");
        var start = new ProcessStartInfo(Activator, ["-l", socket, "-E", "PATH", .. OwnProgram(), "update-helper", "--root", installPath, "--health", health.ToString(), "--marker", folder.File("restart-due")]);
        start.Environment["PATH"] = folder.File("bin") + ":" + Environment.GetEnvironmentVariable("PATH");
        var helper = new HelperProcess(Process.Start(start)!, socket);
        await Eventually.HoldsAsync(() => File.Exists(socket));
        return helper;
    }

    public static string[] OwnProgram() => [.. CaptureProcess.OwnCommand().SkipLast(1)];

    public Task EndsAsync() => process.WaitForExitAsync();

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }
}
