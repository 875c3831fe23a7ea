using Rig.CameraNode.Native;

namespace Rig.CameraNode.Dashcam.Staging;

/// <summary>Whether the staging folder's file system takes another file.</summary>
/// <param name="sizes">Total and available bytes.</param>
internal sealed class StagingSpace(Func<(long TotalBytes, long FreeBytes)> sizes, long minFreeBytes, double maxUsedPercent)
{
    internal static StagingSpace Of(string folder, long minFreeBytes, double maxUsedPercent) => new(
        () =>
        {
            var drive = new DriveInfo(folder);
            return (drive.TotalSize, drive.AvailableFreeSpace);
        },
        minFreeBytes, maxUsedPercent);

    /// <exception cref="StagingFullException">It would be fuller than the configuration allows.</exception>
    internal void Check(long moreBytes)
    {
        var (total, free) = sizes();
        var left = free - moreBytes;
        if (left < minFreeBytes || total - left > total * maxUsedPercent / 100)
        {
            throw new StagingFullException(FormattableString.Invariant($"{moreBytes / 1e6:0.#} MB more would leave {left / 1e6:0.#} MB of the staging folder's {total / 1e6:0.#} MB."));
        }
    }

    /// <exception cref="StagingFullException">The write found no room.</exception>
    internal static T WithRoom<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (IOException e) when (IsFull(e))
        {
            throw new StagingFullException(e.Message, e);
        }
    }

    internal static bool IsFull(IOException e) => (e is PosixException posix ? posix.Errno : e.HResult) is PosixException.Enospc or PosixException.Edquot;
}
