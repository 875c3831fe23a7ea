using System.Globalization;
using System.Text;
using Rig.Domain.Publishing;

namespace Rig.Ingest.Renditions;

/// <summary>Writes playlists (RFC 8216): one a rendition, with its segments as ranges of its file, and one that names them all.</summary>
internal static class HlsPlaylist
{
    /// <summary>Byte ranges take 4, <c>EXT-X-MAP</c> of a plain playlist 6, fMP4 segments 7.</summary>
    private const int Version = 7;

    public static string Media(FragmentedFile file, string fileName)
    {
        var text = new StringBuilder();
        Line(text, $"#EXTM3U");
        Line(text, $"#EXT-X-VERSION:{Version}");
        Line(text, $"#EXT-X-TARGETDURATION:{(int)Math.Round(file.Fragments.Max(fragment => fragment.DurationSeconds), MidpointRounding.AwayFromZero)}");
        Line(text, $"#EXT-X-PLAYLIST-TYPE:VOD");
        Line(text, $"#EXT-X-INDEPENDENT-SEGMENTS");
        Line(text, $"#EXT-X-MAP:URI=\"{fileName}\",BYTERANGE=\"{file.InitBytes}@0\"");
        foreach (var fragment in file.Fragments)
        {
            Line(text, $"#EXTINF:{fragment.DurationSeconds:0.0#####},");
            Line(text, $"#EXT-X-BYTERANGE:{fragment.SizeBytes}@{fragment.Offset}");
            Line(text, $"{fileName}");
        }

        Line(text, $"#EXT-X-ENDLIST");
        return text.ToString();
    }

    /// <param name="renditions">In any order; a player begins with the first that is written, which is the second lowest.</param>
    public static string Master(IReadOnlyList<Rendition> renditions, SoundRendition? sound)
    {
        var text = new StringBuilder();
        Line(text, $"#EXTM3U");
        Line(text, $"#EXT-X-VERSION:{Version}");
        Line(text, $"#EXT-X-INDEPENDENT-SEGMENTS");
        if (sound is not null)
        {
            Line(text, $"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"Match\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"{sound.Playlist}\"");
        }

        // Upwards, but the lowest last: iPhones begin with the first, and 0.5 Mbit/s is for when nothing else gets through.
        var upwards = renditions.OrderBy(rendition => rendition.PeakBitsPerSecond).ToList();
        foreach (var rendition in upwards.Count > 1 ? upwards.Skip(1).Append(upwards[0]) : upwards)
        {
            var codecs = sound is null ? rendition.CodecString : $"{rendition.CodecString},{sound.CodecString}";
            var group = sound is null ? "" : ",AUDIO=\"sound\"";
            Line(text, $"#EXT-X-STREAM-INF:BANDWIDTH={rendition.PeakBitsPerSecond + (sound?.PeakBitsPerSecond ?? 0)},AVERAGE-BANDWIDTH={rendition.AverageBitsPerSecond + (sound?.AverageBitsPerSecond ?? 0)},CODECS=\"{codecs}\",RESOLUTION={rendition.Width}x{rendition.Height},FRAME-RATE={rendition.FramesPerSecond:0.000}{group}");
            Line(text, $"{rendition.Playlist}");
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
