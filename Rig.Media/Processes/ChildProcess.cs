using System.ComponentModel;
using System.Diagnostics;

namespace Rig.Media.Processes;

/// <summary>
/// The one place where the programs start others: what is started has no shell in between, and whether it can be started is one kind
/// of error. BannedSymbols.Programs.txt holds everybody else to it.
/// </summary>
public static class ChildProcess
{
    /// <exception cref="Win32Exception">There is no such program, or it may not be run.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        start.UseShellExecute = false;
        return Process.Start(start) ?? throw new Win32Exception($"{start.FileName} could not be started.");
    }
}
