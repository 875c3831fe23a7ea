using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Rig.Tests.Updates;

/// <summary>Archives as anybody may make them.</summary>
internal static class TarGz
{
    private const UnixFileMode Program = (UnixFileMode)0b111_101_101;

    /// <param name="entries">Links lead to /etc/passwd.</param>
    public static byte[] Of(params (string Name, string Text, TarEntryType Type)[] entries) => Of(tar =>
    {
        foreach (var (name, text, type) in entries)
        {
            var entry = new PaxTarEntry(type, name);
            if (type == TarEntryType.RegularFile)
            {
                entry.Mode = Program;
                entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text));
            }
            else if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            {
                entry.LinkName = "/etc/passwd";
            }

            tar.WriteEntry(entry);
        }
    });

    /// <summary>Whole files and nothing else.</summary>
    public static byte[] OfFiles(IReadOnlyDictionary<string, string> files) => Of([.. files.Select(file => (file.Key, file.Value, TarEntryType.RegularFile))]);

    private static byte[] Of(Action<TarWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            write(tar);
        }

        return bytes.ToArray();
    }
}
