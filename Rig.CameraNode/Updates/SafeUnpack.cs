using System.Formats.Tar;
using System.IO.Compression;

namespace Rig.CameraNode.Updates;

/// <summary>Unpacks an archive into a new folder. Entries can only become plain files and folders below it.</summary>
internal static class SafeUnpack
{
    private const int MaxEntries = 20_000;
    private const long MaxBytes = 4L << 30;

    /// <exception cref="InvalidDataException">The archive holds something that is refused; the message names it.</exception>
    public static async Task IntoAsync(string archive, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        var budget = new Budget();
        await using var file = File.OpenRead(archive);
        if (archive.EndsWith(".zip", StringComparison.Ordinal))
        {
            await using var zip = await ZipArchive.CreateAsync(file, ZipArchiveMode.Read, leaveOpen: false, entryNameEncoding: null, cancellationToken);
            foreach (var entry in zip.Entries)
            {
                var path = Inside(root, entry.FullName);
                if (entry.FullName.EndsWith('/'))
                {
                    Directory.CreateDirectory(path);
                    continue;
                }

                await using var content = await entry.OpenAsync(cancellationToken);
                await WriteAsync(path, content, budget, UnixFileMode.None, cancellationToken);
            }

            return;
        }

        await using var gzip = new GZipStream(file, CompressionMode.Decompress);
        await using var tar = new TarReader(gzip);
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    Directory.CreateDirectory(Inside(root, entry.Name));
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                    await WriteAsync(Inside(root, entry.Name), entry.DataStream ?? Stream.Null, budget, entry.Mode & UnixFileMode.UserExecute, cancellationToken);
                    break;
                case TarEntryType.GlobalExtendedAttributes:
                    break;
                default:
                    throw new InvalidDataException($"The update holds '{entry.Name}', which is neither a file nor a folder.");
            }
        }
    }

    private static string Inside(string root, string name)
    {
        var path = Path.GetFullPath(Path.Combine(root, name));
        return path.StartsWith(root, StringComparison.Ordinal) || path + Path.DirectorySeparatorChar == root
            ? path
            : throw new InvalidDataException($"The update holds '{name}', which lies outside its folder.");
    }

    private static async Task WriteAsync(string path, Stream content, Budget budget, UnixFileMode executable, CancellationToken cancellationToken)
    {
        budget.Entry();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[81920];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            budget.Bytes(read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        target.Flush(flushToDisk: true);
        if (executable != UnixFileMode.None)
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }
    }

    // What an archive unpacks to is only known by unpacking it, so it is counted on the way.
    private sealed class Budget
    {
        private int entries;
        private long bytes;

        public void Entry()
        {
            if (++entries > MaxEntries)
            {
                throw new InvalidDataException($"The update holds more than {MaxEntries} files.");
            }
        }

        public void Bytes(int count)
        {
            if ((bytes += count) > MaxBytes)
            {
                throw new InvalidDataException($"The update unpacks to more than {MaxBytes >> 30} GiB.");
            }
        }
    }
}
