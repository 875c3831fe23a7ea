using System.Text.RegularExpressions;

namespace Rig.Ingest.Stitch.Video;

/// <summary>
/// Action cameras cut one recording into files of some gigabytes and give every file the time at which the whole began. Files of one
/// camera, whose clock nobody compared, that say they began in one second are taken as such pieces, one after the other: no camera begins
/// twice in a second.
/// </summary>
internal static partial class ChapteredRecording
{
    /// <returns>The takes, of which all pieces but the first begin where the one before ends, and a sentence for each camera that was put in order.</returns>
    public static (IReadOnlyList<TakeSpan> Takes, IReadOnlyList<string> Notes) PutInOrder(IReadOnlyList<TakeSpan> takes)
    {
        var ordered = new List<TakeSpan>();
        var notes = new List<string>();
        foreach (var recording in takes.GroupBy(take => (take.Id.CameraId, Second: take.Start.ToUnixTimeSeconds())))
        {
            // The same bytes sent twice are no second piece.
            var pieces = recording.All(take => !take.IsClockTrusted)
                ? recording.OrderBy(take => ChapterOf(take)).ThenBy(take => take.Id.Take).DistinctBy(take => take.Checksum.Length > 0 ? take.Checksum : take.Id.ToString(), StringComparer.OrdinalIgnoreCase).ToArray()
                : [];
            if (pieces.Length < 2)
            {
                ordered.AddRange(recording);
                continue;
            }

            var start = pieces[0].Start;
            foreach (var piece in pieces)
            {
                ordered.Add(piece with { Start = start });
                start = ordered[^1].End;
            }

            ordered.AddRange(recording.Except(pieces));
            notes.Add($"{string.Join(", ", pieces.Select(piece => piece.Id))} say that they began in one second, as the pieces of one recording of an action camera do: they are taken one after the other, in this order. If they are not, send them again with manifests that have the right times.");
        }

        return (ordered, notes);
    }

    /// <summary>By the file's name as GoPro gives it (GX020123.MP4, GP010123.MP4 after GOPR0123.MP4); 0 for other names, whose takes count in the order of their numbers.</summary>
    private static int ChapterOf(TakeSpan take) => GoProName().Match(take.FileName) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^G[HXLP](\d{2})\d{4}\.", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex GoProName();
}
