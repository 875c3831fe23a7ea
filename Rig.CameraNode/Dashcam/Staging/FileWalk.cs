namespace Rig.CameraNode.Dashcam.Staging;

internal static class FileWalk
{
    private static readonly EnumerationOptions All = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Device,
        // A folder that cannot be read is a failed copy, not an empty folder.
        IgnoreInaccessible = false,
        MaxRecursionDepth = 32,
    };

    /// <summary>Files with bytes of their own; links are not followed.</summary>
    /// <exception cref="IOException">A folder could not be read.</exception>
    internal static IEnumerable<FileInfo> RegularFiles(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", All).Where(file => file.LinkTarget is null);
}
