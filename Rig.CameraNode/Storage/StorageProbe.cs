namespace Rig.CameraNode.Storage;

/// <summary>Asks the disk: how much is free, and can it be written.</summary>
internal static class StorageProbe
{
    /// <exception cref="IOException">The folder's file system cannot be asked.</exception>
    internal static (long TotalBytes, long FreeBytes) Space(string folder)
    {
        var drive = new DriveInfo(folder);
        return (drive.TotalSize, drive.AvailableFreeSpace);
    }

    /// <summary>Writes, flushes and deletes a small file.</summary>
    /// <returns>Null when that worked, else why not.</returns>
    internal static string? WriteTest(IRecordingFiles files, string folder)
    {
        var path = Path.Combine(folder, ".write-test");
        try
        {
            files.CreateDirectory(folder);
            files.WriteAtomic(path, "rig"u8);
            files.Delete(path);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
