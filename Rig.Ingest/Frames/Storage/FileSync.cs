using System.Runtime.InteropServices;

namespace Rig.Ingest.Frames;

/// <summary>Makes everything that was written to a file system durable, files and names, by one system call: a hundred pictures cost hardly more than one.</summary>
internal static partial class FileSync
{
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <param name="folder">Any folder of the file system.</param>
    /// <exception cref="IOException">What was written since the last call may be lost.</exception>
    public static void SyncFileSystem(string folder)
    {
        var descriptor = Open(folder, ReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException($"The folder {folder} could not be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        try
        {
            if (SyncFs(descriptor) != 0)
            {
                throw new IOException($"The file system of {folder} could not be synced: {Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
