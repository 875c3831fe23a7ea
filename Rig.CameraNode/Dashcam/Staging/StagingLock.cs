namespace Rig.CameraNode.Dashcam.Staging;

/// <summary>One dashcam manager to a staging folder; the lock ends with the process.</summary>
internal static class StagingLock
{
    internal const string FileName = ".rig-dashcam.lock";

    /// <returns>Null while another one holds it.</returns>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    internal static FileStream? TryTake(string stagingRoot)
    {
        var path = Path.Combine(stagingRoot, FileName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException e) when (File.Exists(path) && e is not (DirectoryNotFoundException or FileNotFoundException))
        {
            return null;
        }
    }
}
