using System.Runtime.InteropServices;

namespace Rig.Viewer.Publish;

/// <summary>Makes a folder's entries (a new or renamed file) survive a power cut; .NET opens no folders.</summary>
internal static partial class DurableFolder
{
    // O_DIRECTORY differs between architectures; plain O_RDONLY opens a folder too.
    private const int ReadOnly = 0;

    /// <exception cref="IOException">The folder could not be opened or synchronised.</exception>
    public static void Sync(string folder)
    {
        var descriptor = Open(folder, ReadOnly, 0);
        if (descriptor < 0)
        {
            throw new IOException($"The folder {folder} could not be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        try
        {
            if (Fsync(descriptor) != 0)
            {
                throw new IOException($"The folder {folder} could not be synchronised: {Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
