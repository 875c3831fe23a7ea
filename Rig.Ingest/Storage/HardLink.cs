using System.Runtime.InteropServices;

namespace Rig.Ingest.Storage;

internal static partial class HardLink
{
    private const int CrossDeviceError = 18; // EXDEV

    /// <returns>False when the two paths are on different file systems.</returns>
    public static bool TryCreate(string existing, string link) => Link(existing, link) == 0 || Marshal.GetLastPInvokeError() != CrossDeviceError;

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string link);
}
