using System.Buffers.Binary;

namespace Rig.CameraNode.Dashcam.Mounts;

/// <param name="Type">As mount(8) names it; null where the header is of no type known here, and mount is left to find out.</param>
/// <param name="Id">Letters and digits that another volume is unlikely to have; empty where the header has none.</param>
internal sealed record VolumeHeader(string? Type, string Id)
{
    internal const int Bytes = 2048;

    private static readonly VolumeHeader Unknown = new(null, "");

    /// <param name="head">The volume's first <see cref="Bytes"/> bytes, or fewer where it is smaller.</param>
    internal static VolumeHeader Read(ReadOnlySpan<byte> head)
    {
        if (head.Length < 512)
        {
            return Unknown;
        }

        // Offsets: Microsoft's FAT specification (BS_VolID, BS_FilSysType) and exFAT specification (FileSystemName, VolumeSerialNumber).
        if (Is(head, 3, "EXFAT   "))
        {
            return new("exfat", Serial(head, 100));
        }

        if (Is(head, 82, "FAT32   "))
        {
            return new("vfat", Serial(head, 67));
        }

        if (Is(head, 54, "FAT12   ") || Is(head, 54, "FAT16   ") || Is(head, 54, "FAT     "))
        {
            return new("vfat", Serial(head, 39));
        }

        // ext4's superblock lies at 1024: magic at 56, UUID at 104.
        return head.Length >= 1024 + 120 && BinaryPrimitives.ReadUInt16LittleEndian(head[(1024 + 56)..]) == 0xEF53
            ? new("ext4", Convert.ToHexString(head.Slice(1024 + 104, 16)))
            : Unknown;
    }

    private static bool Is(ReadOnlySpan<byte> head, int at, string text) => head[at..(at + text.Length)].SequenceEqual(System.Text.Encoding.ASCII.GetBytes(text));

    private static string Serial(ReadOnlySpan<byte> head, int at) => BinaryPrimitives.ReadUInt32LittleEndian(head[at..]).ToString("X8", System.Globalization.CultureInfo.InvariantCulture);
}
