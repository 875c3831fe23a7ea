using System.Runtime.InteropServices;

namespace Rig.Hosting.Files;

/// <summary>
/// Makes changes of the file system survive a power cut. A file's bytes are synced by whoever wrote them; a name is durable
/// only once its directory was synced too.
/// </summary>
public static partial class DurableFile
{
    /// <summary>Open for reading, which opens a directory too, and not for child processes; the same number on x86-64 and arm64.</summary>
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <exception cref="IOException">The directory could not be opened or synced. What was renamed in it may be lost.</exception>
    public static void SyncDirectory(string path)
    {
        var descriptor = Open(path, ReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            throw Error("opened", path);
        }

        try
        {
            if (Fsync(descriptor) != 0)
            {
                throw Error("synced", path);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Makes the directory and every missing one above it, each durable in its parent.</summary>
    public static void CreateDirectory(string path)
    {
        var parent = Path.GetDirectoryName(path) ?? throw new IOException($"The folder {path} has no parent.");
        if (!Directory.Exists(path))
        {
            CreateDirectory(parent);
            Directory.CreateDirectory(path);
        }

        // Also where it exists: an earlier run may have been killed, or its sync may have failed, just after making it.
        SyncDirectory(parent);
    }

    /// <summary>Replaces <paramref name="path"/> as a whole: after a power cut it holds the old bytes or the new ones.</summary>
    /// <param name="mode">Of the new file; null leaves it to the process's umask.</param>
    /// <exception cref="IOException">It was not replaced, or the new name may not be durable.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes, UnixFileMode? mode = null)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = mode }))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Gives a file that another program or writer finished its final name, and makes bytes and name durable.</summary>
    /// <exception cref="IOException">It may have either name.</exception>
    public static void Publish(string temporary, string path)
    {
        using (var handle = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(handle);
        }

        File.Move(temporary, path, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static IOException Error(string action, string path) => new($"The folder {path} could not be {action}: {Marshal.GetLastPInvokeErrorMessage()}.");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
