using System.Globalization;
using Rig.Domain.Publishing;

namespace Rig.Ingest.Renditions;

/// <summary>
/// Reads finished renditions as a player would and says what is wrong with them: what a playlist declares is compared with the
/// bytes that it names. A stage is done only when nothing is.
/// </summary>
internal static class RenditionCheck
{
    private const double DurationToleranceSeconds = 0.002;

    /// <summary>How much a declared bandwidth may lie above the measured one.</summary>
    private const double MaxDeclared = 1.1;

    /// <param name="durationSeconds">Of the match.</param>
    /// <returns>Sentences, each naming its file; empty when a player finds nothing to complain of.</returns>
    public static IReadOnlyList<string> Problems(string folder, RenditionSet set, double durationSeconds)
    {
        var problems = new List<string>();
        foreach (var ladder in set.Ladders)
        {
            Guarded(ladder.MasterPlaylist, () => Ladder(folder, ladder, durationSeconds, problems));
        }

        foreach (var picture in set.Thumbnails.Sheets.Append(set.Poster).Where(name => !File.Exists(Path.Combine(folder, name))))
        {
            problems.Add($"{picture} is missing.");
        }

        return problems;

        void Guarded(string name, Action check)
        {
            try
            {
                check();
            }
            catch (Exception e) when (e is FormatException or OverflowException or InvalidDataException or IOException or KeyNotFoundException or InvalidOperationException or ArgumentException)
            {
                problems.Add($"{name}: {e.Message}");
            }
        }
    }

    private static void Ladder(string folder, RenditionLadder ladder, double durationSeconds, List<string> problems)
    {
        var variants = ReadMasterPlaylist.Parse(File.ReadAllText(Path.Combine(folder, ladder.MasterPlaylist)));
        if (variants.Count != ladder.Renditions.Count)
        {
            problems.Add($"{ladder.MasterPlaylist} names {variants.Count} of {ladder.Renditions.Count} renditions.");
        }

        double[]? starts = null;
        foreach (var variant in variants)
        {
            var picture = Playlist(folder, variant.Uri, durationSeconds, isPicture: true, problems);
            var sound = variant.Sound is null ? null : Playlist(folder, variant.Sound, durationSeconds, isPicture: false, problems);
            var codecs = sound is null ? picture.CodecString : $"{picture.CodecString},{sound.CodecString}";
            Expect(variant.Codecs == codecs, $"CODECS is {variant.Codecs} and the file {codecs}");
            Expect(variant.Resolution == Text($"{picture.Width}x{picture.Height}"), $"RESOLUTION is {variant.Resolution} and the file {picture.Width}x{picture.Height}");
            Bandwidth("BANDWIDTH", variant.Bandwidth, picture.PeakBitsPerSecond + (sound?.PeakBitsPerSecond ?? 0));
            Bandwidth("AVERAGE-BANDWIDTH", variant.AverageBandwidth, picture.AverageBitsPerSecond + (sound?.AverageBitsPerSecond ?? 0));
            var begins = picture.Fragments.Select(fragment => Math.Round(fragment.StartSeconds, 3)).ToArray();
            Expect(starts is null || starts.SequenceEqual(begins), $"its segments begin at other times than the other renditions'");
            starts ??= begins;

            void Bandwidth(string name, long declared, long measured) =>
                Expect(declared >= measured && declared <= measured * MaxDeclared, $"{name} is declared {declared} and measured {measured}");

            void Expect(bool right, FormattableString what)
            {
                if (!right)
                {
                    problems.Add($"{variant.Uri}: {Text(what)}.");
                }
            }
        }
    }

    private static FragmentedFile Playlist(string folder, string name, double durationSeconds, bool isPicture, List<string> problems)
    {
        var playlist = ReadMediaPlaylist.Parse(File.ReadAllText(Path.Combine(folder, Plain(name))));
        var file = FragmentedFile.Read(Path.Combine(folder, Plain(playlist.MapUri)));
        Expect(playlist is { IsVod: true, IsIndependent: true, HasEnd: true }, $"it does not say VOD, INDEPENDENT-SEGMENTS and ENDLIST");
        Expect(playlist.MapBytes == file.InitBytes, $"EXT-X-MAP has {playlist.MapBytes} bytes and the file's head {file.InitBytes}");
        Expect(playlist.Segments.Count == file.Fragments.Count, $"it names {playlist.Segments.Count} of {file.Fragments.Count} segments");
        var at = file.InitBytes;
        foreach (var (segment, fragment) in playlist.Segments.Zip(file.Fragments))
        {
            var when = Text($"the segment at {fragment.StartSeconds:0.###} s");
            Expect(segment.Uri == playlist.MapUri && segment.Offset == fragment.Offset && segment.SizeBytes == fragment.SizeBytes, $"{when} is not where it is said to be");
            Expect(segment.Offset == at, $"{when} does not follow the one before it");
            Expect(Math.Abs(segment.DurationSeconds - fragment.DurationSeconds) <= DurationToleranceSeconds, $"{when} lasts {fragment.DurationSeconds:0.###} s and is said to last {segment.DurationSeconds:0.###} s");
            Expect(Math.Round(segment.DurationSeconds, MidpointRounding.AwayFromZero) <= playlist.TargetSeconds, $"{when} lasts longer than EXT-X-TARGETDURATION");
            Expect(!isPicture || fragment.BeginsWithKey, $"{when} does not begin with a key frame");
            at = segment.Offset + segment.SizeBytes;
        }

        Expect(at == file.SizeBytes, $"{file.SizeBytes - at} bytes of the file are in no segment");
        // Sound ends where the recording of it does.
        Expect(!isPicture || Math.Abs(file.DurationSeconds - durationSeconds) <= 1, $"it lasts {file.DurationSeconds:0.##} s of a match of {durationSeconds:0.##} s");
        return file;

        void Expect(bool right, FormattableString what)
        {
            if (!right)
            {
                problems.Add($"{name}: {Text(what)}.");
            }
        }
    }

    /// <summary>A playlist names files beside it and nothing else.</summary>
    private static string Plain(string name) => name.Length > 0 && Path.GetFileName(name) == name && name is not ("." or "..")
        ? name
        : throw new FormatException($"'{name}' is not the name of a file beside it.");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
