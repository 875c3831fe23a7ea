using Rig.Domain.Match;

namespace Rig.Ingest.Clips;

/// <param name="Title">Shown over its first seconds.</param>
internal sealed record HighlightPiece(string Title, double StartSeconds, double EndSeconds)
{
    public double LengthSeconds => EndSeconds - StartSeconds;
}

/// <summary>Which moments the match's reel shows.</summary>
internal static class HighlightPlan
{
    public const double MaxSeconds = 120;

    /// <summary>Two pieces play at once for so long.</summary>
    public const double FadeSeconds = 0.5;

    private const double BeforeSeconds = 5;
    private const double AfterSeconds = 3;

    /// <summary>A moment so soon after a piece's end belongs to what was just seen.</summary>
    private const double MinGapSeconds = 3;

    /// <returns>In order of time; goals before other moments where not all fit. Empty for a match without clips.</returns>
    public static IReadOnlyList<HighlightPiece> Plan(IReadOnlyList<ClipInfo> clips, double durationSeconds)
    {
        var chosen = new List<HighlightPiece>();
        foreach (var clip in clips.OrderBy(clip => clip.EventType == "goal" ? 0 : 1).ThenBy(clip => clip.EventSeconds))
        {
            var piece = new HighlightPiece(clip.Title, Math.Max(0, clip.EventSeconds - BeforeSeconds), Math.Min(durationSeconds, clip.EventSeconds + AfterSeconds));
            var isApart = chosen.All(other => piece.StartSeconds >= other.EndSeconds + MinGapSeconds || piece.EndSeconds + MinGapSeconds <= other.StartSeconds);
            if (isApart && piece.LengthSeconds > 2 * FadeSeconds && LengthSeconds([.. chosen, piece]) <= MaxSeconds)
            {
                chosen.Add(piece);
            }
        }

        return [.. chosen.OrderBy(piece => piece.StartSeconds)];
    }

    public static double LengthSeconds(IReadOnlyList<HighlightPiece> pieces) => pieces.Sum(piece => piece.LengthSeconds) - (FadeSeconds * Math.Max(0, pieces.Count - 1));
}
