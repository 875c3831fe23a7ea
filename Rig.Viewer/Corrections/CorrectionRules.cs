using System.Globalization;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Corrections;

/// <summary>All that a coach says of a game; what is left out is again what the home server says.</summary>
/// <param name="OurScore">With <paramref name="TheirScore"/>, or neither.</param>
/// <param name="OurSide"><c>a</c> or <c>b</c>.</param>
internal sealed record GameChange(string? Opponent = null, int? OurScore = null, int? TheirScore = null, string? OurSide = null);

/// <summary>How a moment is to be, all of it.</summary>
/// <param name="EventType">As in docs/ref/viewer-api.md.</param>
/// <param name="Description">What the moment is called beside its type.</param>
/// <param name="PlayerId">Of the team's roster.</param>
/// <param name="Side"><c>a</c> or <c>b</c>.</param>
internal sealed record MomentChange(string? EventType = null, double? TimestampSeconds = null, string? Description = null, int? PlayerId = null, string? Side = null);

/// <summary>What a correction must look like; every sentence names the field.</summary>
internal static class CorrectionRules
{
    private const int MaxScore = 99;
    private const int MaxOpponentLength = 100;
    private const int MaxDescriptionLength = 500;

    public static string? Check(GameChange change) => First(
        (change.Opponent is { } opponent && !IsText(opponent, MaxOpponentLength), "opponent must be 1 to 100 printable characters, or left out."),
        (change.OurScore.HasValue != change.TheirScore.HasValue, "our_score and their_score go together: give both, or neither."),
        (change.OurScore is < 0 or > MaxScore || change.TheirScore is < 0 or > MaxScore, "our_score and their_score must be 0 to 99."),
        (!IsSide(change.OurSide), "our_side must be a or b, or left out."));

    /// <param name="roster">Players of the game's team.</param>
    public static string? Check(MomentChange change, double durationSeconds, IReadOnlySet<int> roster) => First(
        (!SnakeCase.TryParse<GameEventType>(change.EventType, out _), $"event_type must be one of {SnakeCase.Choices<GameEventType>()}."),
        (change.TimestampSeconds is not { } seconds || !double.IsFinite(seconds) || seconds < 0 || seconds > durationSeconds,
            string.Create(CultureInfo.InvariantCulture, $"timestamp_seconds must be 0 to {durationSeconds:0.###}, the length of the game.")),
        (change.Description is { } description && !IsText(description, MaxDescriptionLength), "description must be 1 to 500 printable characters, or left out."),
        (change.PlayerId is { } player && !roster.Contains(player), "player_id must be a player of the team's roster, or left out."),
        (!IsSide(change.Side), "side must be a or b, or left out."));

    private static string? First(params ReadOnlySpan<(bool Wrong, string Error)> rules)
    {
        foreach (var (wrong, error) in rules)
        {
            if (wrong)
            {
                return error;
            }
        }

        return null;
    }

    private static bool IsSide(string? side) => side is null or "a" or "b";

    public static bool IsText(string text, int maxLength) => !string.IsNullOrWhiteSpace(text) && text.Length <= maxLength && !text.Any(char.IsControl);
}
