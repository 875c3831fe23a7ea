using System.Globalization;
using System.Text;
using Rig.Media;

namespace Rig.Ingest.Clips;

/// <summary>Renders the match's reel: pieces of the follow camera's rendition, faded into each other, with titles.</summary>
internal static class ReelRenderer
{
    public const string FileName = "highlights.mp4";
    private const double TitleSeconds = 3;
    private static readonly TimeSpan Timeout = TimeSpan.FromHours(1);

    /// <param name="pieces">At least one.</param>
    public static async Task MakeAsync(IReadOnlyList<HighlightPiece> pieces, string moviePath, string panoramaPath, string path, CancellationToken cancellationToken)
    {
        var hasSound = (await MediaProbe.ReadAsync(panoramaPath, cancellationToken)).HasAudio;
        MediaInput Stretch(string file, HighlightPiece piece) => new(file) { FromSeconds = piece.StartSeconds, DurationSeconds = piece.LengthSeconds };
        MediaInput[] inputs = [.. pieces.Select(piece => Stretch(moviePath, piece)), .. hasSound ? pieces.Select(piece => Stretch(panoramaPath, piece)) : []];
        string[] arguments = ["-filter_complex", Graph(pieces, hasSound), "-map", "[picture]", .. hasSound ? new[] { "-map", "[sound]" } : [], .. ClipCutter.Encoding];
        await Transcode.ToFileAsync(inputs, arguments, path, Timeout, cancellationToken);
    }

    internal static string Graph(IReadOnlyList<HighlightPiece> pieces, bool hasSound)
    {
        var graph = new StringBuilder();
        for (var i = 0; i < pieces.Count; i++)
        {
            Add(graph, $"[{i}:v]scale={ClipCutter.Width}:{ClipCutter.Height},setsar=1,settb=AVTB,format=yuv420p,{Title(pieces[i].Title)}[v{i}];");
            if (hasSound)
            {
                Add(graph, $"[{pieces.Count + i}:a]aresample=48000,apad,atrim=duration={pieces[i].LengthSeconds:0.###}[a{i}];");
            }
        }

        var at = 0.0;
        var (picture, sound) = ("v0", "a0");
        for (var i = 1; i < pieces.Count; i++)
        {
            at += pieces[i - 1].LengthSeconds - HighlightPlan.FadeSeconds;
            Add(graph, $"[{picture}][v{i}]xfade=transition=fade:duration={HighlightPlan.FadeSeconds}:offset={at:0.###}[x{i}];");
            picture = $"x{i}";
            if (hasSound)
            {
                Add(graph, $"[{sound}][a{i}]acrossfade=duration={HighlightPlan.FadeSeconds}[y{i}];");
                sound = $"y{i}";
            }
        }

        Add(graph, $"[{picture}]null[picture]");
        if (hasSound)
        {
            Add(graph, $";[{sound}]anull[sound]");
        }

        return graph.ToString();
    }

    /// <summary>Letters, digits and spaces alone; a colon is written as the filter wants it.</summary>
    private static string Title(string title)
    {
        var safe = string.Concat(title.Where(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or ':' or '-')).Replace(":", "\\:", StringComparison.Ordinal);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"drawtext=font=Sans:expansion=none:text='{safe}':fontsize=44:fontcolor=white:box=1:boxcolor=black@0.55:boxborderw=14:x=48:y=h-th-56:enable='lt(t\\,{TitleSeconds})'");
    }

    private static void Add(StringBuilder graph, FormattableString part) => graph.Append(part.ToString(CultureInfo.InvariantCulture));
}
