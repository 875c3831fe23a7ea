using System.Globalization;

namespace Rig.Viewer.Games;

/// <summary>A game in words, the same on every page.</summary>
internal static class GameText
{
    public static string Title(GameSummary game) => game.Opponent is { } opponent ? $"{game.TeamName} vs {opponent}" : game.TeamName;

    /// <summary>The score by side where it is known, else the number of goals; null when none was seen.</summary>
    public static string? Score(GameSummary game) => game switch
    {
        { HomeScore: { } home, AwayScore: { } away } => string.Create(CultureInfo.InvariantCulture, $"{home}\u2013{away}"),
        { GoalCount: > 0 } => Count(game.GoalCount, "goal"),
        _ => null,
    };

    public static string Contents(GameSummary game) => $"{Count(game.EventCount, "event")}, {Count(game.ClipCount, "clip")}";

    /// <summary>For <c>datetime</c>; the page shows it in the reader's own time zone.</summary>
    public static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Date(DateTimeOffset instant) => instant.UtcDateTime.ToString("d MMM yyyy", CultureInfo.InvariantCulture);

    /// <summary><c>m:ss</c>, from an hour on <c>h:mm:ss</c>.</summary>
    public static string Clock(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Floor(Math.Max(0, seconds)));
        return time.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
    }

    /// <summary>Reads what <see cref="Clock"/> writes, or seconds alone.</summary>
    public static bool TryParseClock(string? text, out double seconds)
    {
        seconds = 0;
        var parts = text?.Trim().Split(':') ?? [];
        if (parts.Length is 0 or > 3)
        {
            return false;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            var isLast = i == parts.Length - 1;
            if (!double.TryParse(parts[i], isLast ? NumberStyles.AllowDecimalPoint : NumberStyles.None, CultureInfo.InvariantCulture, out var part) || (i > 0 && part >= 60))
            {
                return false;
            }

            seconds = (seconds * 60) + part;
        }

        return seconds < 1e6;
    }

    private static string Count(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
