using System.Runtime.InteropServices;

namespace Rig.Hosting.Files;

/// <summary>Who may read what the process creates from now on, whatever part of it or library does.</summary>
public static partial class NewFiles
{
    private const uint GroupAndOthers = 0b000_111_111;

    /// <summary>The process's own user alone: files 0600, folders 0700, those of its child processes too. At a program's start, before it has threads.</summary>
    public static void KeepFromOthers() => _ = SetMask(GroupAndOthers);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);
}
