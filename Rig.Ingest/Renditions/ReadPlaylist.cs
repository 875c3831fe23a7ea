using System.Globalization;
using System.Text.RegularExpressions;

namespace Rig.Ingest.Renditions;

/// <param name="Uri">As it stands in the playlist.</param>
internal sealed record ReadSegment(string Uri, long Offset, long SizeBytes, double DurationSeconds);

/// <summary>A media playlist as a player reads it.</summary>
internal sealed record ReadMediaPlaylist(int TargetSeconds, bool IsVod, bool IsIndependent, bool HasEnd, string MapUri, long MapBytes, IReadOnlyList<ReadSegment> Segments)
{
    /// <exception cref="FormatException">A line is not what RFC 8216 says.</exception>
    public static ReadMediaPlaylist Parse(string text)
    {
        var lines = text.Split('\n');
        if (lines[0] != "#EXTM3U")
        {
            throw new FormatException("The playlist does not begin with #EXTM3U.");
        }

        var segments = new List<ReadSegment>();
        var (duration, range) = (0.0, "");
        foreach (var line in lines)
        {
            if (Value(line, "#EXTINF:") is { } seconds)
            {
                duration = double.Parse(seconds.Split(',')[0], CultureInfo.InvariantCulture);
            }
            else if (Value(line, "#EXT-X-BYTERANGE:") is { } bytes)
            {
                range = bytes;
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                var (size, offset) = Range(range);
                segments.Add(new ReadSegment(line, offset, size, duration));
            }
        }

        var map = Attributes(Single(lines, "#EXT-X-MAP:"));
        return new ReadMediaPlaylist(
            int.Parse(Single(lines, "#EXT-X-TARGETDURATION:"), CultureInfo.InvariantCulture),
            lines.Contains("#EXT-X-PLAYLIST-TYPE:VOD"), lines.Contains("#EXT-X-INDEPENDENT-SEGMENTS"), lines.Contains("#EXT-X-ENDLIST"),
            map["URI"], Range(map["BYTERANGE"]).Size, segments);
    }

    internal static Dictionary<string, string> Attributes(string list) =>
        Regex.Matches(list, "([A-Z0-9-]+)=(\"[^\"]*\"|[^,]*)").ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value.Trim('"'));

    internal static string? Value(string line, string tag) => line.StartsWith(tag, StringComparison.Ordinal) ? line[tag.Length..] : null;

    private static string Single(string[] lines, string tag) =>
        lines.Select(line => Value(line, tag)).OfType<string>().SingleOrDefault() ?? throw new FormatException($"The playlist has no {tag}");

    private static (long Size, long Offset) Range(string range)
    {
        var parts = range.Split('@');
        return parts.Length == 2 ? (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture)) : throw new FormatException($"'{range}' is no byte range.");
    }
}

/// <param name="Sound">URI of the sound's playlist; null without.</param>
internal sealed record ReadVariant(string Uri, long Bandwidth, long AverageBandwidth, string Codecs, string Resolution, string? Sound);

/// <summary>A master playlist as a player reads it.</summary>
internal static class ReadMasterPlaylist
{
    /// <exception cref="FormatException">A line is not what RFC 8216 says.</exception>
    public static IReadOnlyList<ReadVariant> Parse(string text)
    {
        var lines = text.Split('\n');
        if (lines[0] != "#EXTM3U")
        {
            throw new FormatException("The playlist does not begin with #EXTM3U.");
        }

        var groups = lines.Select(line => ReadMediaPlaylist.Value(line, "#EXT-X-MEDIA:")).OfType<string>().Select(ReadMediaPlaylist.Attributes)
            .ToDictionary(media => media["GROUP-ID"], media => media["URI"]);
        var variants = new List<ReadVariant>();
        for (var i = 0; i + 1 < lines.Length; i++)
        {
            if (ReadMediaPlaylist.Value(lines[i], "#EXT-X-STREAM-INF:") is { } stream)
            {
                var said = ReadMediaPlaylist.Attributes(stream);
                variants.Add(new ReadVariant(
                    lines[i + 1], long.Parse(said["BANDWIDTH"], CultureInfo.InvariantCulture), long.Parse(said["AVERAGE-BANDWIDTH"], CultureInfo.InvariantCulture),
                    said["CODECS"], said["RESOLUTION"], said.TryGetValue("AUDIO", out var group) ? groups.GetValueOrDefault(group) ?? throw new FormatException($"There is no sound '{group}'.") : null));
            }
        }

        return variants;
    }
}
