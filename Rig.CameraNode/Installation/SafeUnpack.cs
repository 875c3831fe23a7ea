using System.Formats.Tar;
using System.IO.Compression;
using Rig.CameraNode.Updates;

namespace Rig.CameraNode.Installation;

/// <summary>
/// Unpacks an archive into a new folder, durably. Entries can only become plain files and folders below it; every path is walked
/// by this program's own rules and nothing that the archive made is followed.
/// </summary>
internal static class SafeUnpack
{
    /// <summary>What tar puts around the files: a head for each, and padding.</summary>
    private const long Wrapping = 64L << 20;

    /// <param name="maxBytes">What all files together may have.</param>
    /// <exception cref="UpdateException">The archive holds something that is refused; the message names it.</exception>
    /// <exception cref="InvalidDataException">It is no archive.</exception>
    public static async Task IntoAsync(Stream archive, bool isZip, IInstallFiles files, string folder, long maxBytes, CancellationToken cancellationToken)
    {
        var tree = new UnpackedTree(files, folder, maxBytes);
        if (isZip)
        {
            await ZipAsync(archive, tree, cancellationToken);
        }
        else
        {
            await TarAsync(archive, tree, maxBytes + Wrapping, cancellationToken);
        }

        tree.SyncFolders();
    }

    private static async Task TarAsync(Stream archive, UnpackedTree tree, long maxStreamBytes, CancellationToken cancellationToken)
    {
        await using var gzip = new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true);
        await using var bounded = new BoundedStream(gzip, maxStreamBytes);
        await using var tar = new TarReader(bounded);
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    tree.Folder(entry.Name);
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                    await tree.FileAsync(entry.Name, entry.DataStream ?? Stream.Null, entry.Mode.HasFlag(UnixFileMode.UserExecute), cancellationToken);
                    break;
                case TarEntryType.GlobalExtendedAttributes:
                    break;
                default:
                    throw NeitherFileNorFolder(entry.Name);
            }
        }
    }

    private static async Task ZipAsync(Stream archive, UnpackedTree tree, CancellationToken cancellationToken)
    {
        await using var zip = await ZipArchive.CreateAsync(archive, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        foreach (var entry in zip.Entries)
        {
            // The Unix kind and permissions, where the archive was made on Unix: S_IFMT is the upper four bits.
            var mode = entry.ExternalAttributes >> 16;
            var kind = mode & 0xF000;
            if (entry.FullName.EndsWith('/') && kind is 0 or 0x4000)
            {
                tree.Folder(entry.FullName);
            }
            else if (!entry.FullName.EndsWith('/') && kind is 0 or 0x8000)
            {
                await using var content = await entry.OpenAsync(cancellationToken);
                await tree.FileAsync(entry.FullName, content, (mode & 0x40) != 0, cancellationToken);
            }
            else
            {
                throw NeitherFileNorFolder(entry.FullName);
            }
        }
    }

    private static UpdateException NeitherFileNorFolder(string name) => new($"The update holds '{name}', which is neither a file nor a folder.");
}
