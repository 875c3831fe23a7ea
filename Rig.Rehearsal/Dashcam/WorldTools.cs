using System.Diagnostics;
using Rig.Media.Processes;
using Rig.Rehearsal.Demo;

namespace Rig.Rehearsal.Dashcam;

/// <summary>Programs of this machine that the world is made with.</summary>
internal static class WorldTools
{
    /// <returns>What it printed.</returns>
    /// <exception cref="DemoException">It is missing or failed.</exception>
    internal static string Run(string program, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MTOOLS_SKIP_CHECK"] = "1";
        start.Environment["LC_ALL"] = "C.UTF-8";
        try
        {
            using var process = ChildProcess.Start(start);
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : throw new DemoException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {error.GetAwaiter().GetResult().Trim()}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new DemoException($"{program} is missing; scripts/setup.sh --tests installs it. ({e.Message})", e);
        }
    }

    internal static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, program)));
}
