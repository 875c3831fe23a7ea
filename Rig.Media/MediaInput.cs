using System.Globalization;

namespace Rig.Media;

/// <summary>A file that ffmpeg reads, whole or a stretch of it.</summary>
/// <param name="Path">Never taken for an option, a pattern or an address, whatever it looks like.</param>
public sealed record MediaInput(string Path)
{
    /// <summary>Reading begins at this time of the file, exactly.</summary>
    public double FromSeconds { get; init; }

    /// <summary>No more than this is read; null: to the end.</summary>
    public double? DurationSeconds { get; init; }

    /// <summary>Further options of the demuxer or decoder, word by word.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    internal string Name => System.IO.Path.GetFileName(Path);

    /// <summary>With the protocol said, ffmpeg looks for none in the name.</summary>
    internal string Url => FileUrl(Path);

    /// <summary>Everything that stands before <c>-i</c>. A file that names others may only name files.</summary>
    internal IReadOnlyList<string> Words
    {
        get
        {
            List<string> words = ["-protocol_whitelist", "file,pipe"];
            if (FromSeconds > 0)
            {
                words.AddRange(["-ss", Number(FromSeconds)]);
            }

            if (DurationSeconds is { } duration)
            {
                words.AddRange(["-t", Number(duration)]);
            }

            return [.. words, .. Options];
        }
    }

    internal static string FileUrl(string path) => "file:" + System.IO.Path.GetFullPath(path);

    internal static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
