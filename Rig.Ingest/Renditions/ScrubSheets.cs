using Rig.Domain.Publishing;
using Rig.Media;

namespace Rig.Ingest.Renditions;

/// <summary>Makes the scrub bar's small pictures out of a rendition's key frames.</summary>
internal static class ScrubSheets
{
    public const int Width = 160;
    public const int Height = 90;
    private const int Columns = 10;
    private const int Rows = 10;

    /// <summary>Of a match: finer than this no finger points.</summary>
    private const int MaxPictures = 900;

    private static readonly TimeSpan Timeout = TimeSpan.FromHours(1);

    /// <param name="keyFrames">Of the rendition; they are a segment apart.</param>
    /// <param name="pathOf">Where the sheet of a name is written.</param>
    public static async Task<ScrubThumbnails> MakeAsync(string rendition, int keyFrames, Func<string, string> pathOf, CancellationToken cancellationToken)
    {
        var every = (keyFrames + MaxPictures - 1) / MaxPictures;
        var count = (keyFrames + every - 1) / every;
        var sheets = (count + (Columns * Rows) - 1) / (Columns * Rows);
        string[] names = [.. Enumerable.Range(0, sheets).Select(i => FormattableString.Invariant($"thumbs_{i:00}.jpg"))];
        for (var i = 0; i < names.Length; i++)
        {
            var (first, last) = (i * Columns * Rows * every, (i + 1) * Columns * Rows * every);
            var input = new MediaInput(rendition)
            {
                FromSeconds = first * Ladder.SegmentSeconds,
                DurationSeconds = Math.Max(1, (Math.Min(last, keyFrames) - first) * Ladder.SegmentSeconds),
                Options = ["-skip_frame", "nokey"],
            };
            var filter = $"select=not(mod(n\\,{every})),scale={Width}:{Height},tile={Columns}x{Rows}";
            await Transcode.ToFileAsync(input, ["-vf", filter, "-frames:v", "1", "-fps_mode", "passthrough", "-q:v", "5", "-f", "image2", "-update", "1"], pathOf(names[i]), Timeout, cancellationToken);
        }

        return new ScrubThumbnails(every * Ladder.SegmentSeconds, Width, Height, Columns, Rows, count, names);
    }
}
