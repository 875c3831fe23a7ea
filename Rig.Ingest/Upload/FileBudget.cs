using Rig.Ingest.Intake;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Upload;

/// <summary>What one file may cost: refuses it by size, and by free space, before it does.</summary>
/// <param name="maxBytes">One byte more is refused.</param>
/// <param name="expectedBytes">As far as the sender said; 0 if it did not.</param>
internal sealed class FileBudget(FreeSpace space, long maxBytes, long expectedBytes)
{
    private const long LookEveryBytes = 256L << 20;

    private long nextLook;

    /// <param name="length">Bytes the file would have.</param>
    /// <exception cref="IntakeException">Too large, or no room.</exception>
    public void Allow(long length)
    {
        if (length > maxBytes)
        {
            throw TooLarge(maxBytes);
        }

        if (length >= nextLook)
        {
            nextLook = length + LookEveryBytes;
            if (space.Refuse(Math.Max(0, expectedBytes - length)) is { } full)
            {
                throw new IntakeException(IntakeFault.StorageFailed, full);
            }
        }
    }

    public static IntakeException TooLarge(long maxBytes) =>
        new(IntakeFault.TooLarge, $"The file is larger than this server accepts ({maxBytes / 1e9:0.###} GB). Raise Rig:Server:MaxUploadSizeGb if it should be accepted.");
}
