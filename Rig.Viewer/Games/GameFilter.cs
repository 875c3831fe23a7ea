using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Games;

/// <summary>What a list of games is narrowed to; a null narrows nothing.</summary>
/// <param name="Opponent">A part of the name, in any case.</param>
/// <param name="State"><c>ready</c>, <c>processing</c>, <c>scheduled</c> (to come) or <c>manual</c> (played, without a film).</param>
internal sealed record GameFilter(int? TeamId, string? Season, string? Opponent, string? State)
{
    public static readonly IReadOnlyList<string> States = ["ready", "processing", "scheduled", "manual"];

    public bool IsEmpty => TeamId is null && Season is null && Opponent is null && State is null;

    public IQueryable<Game> Of(IQueryable<Game> games, DateTimeOffset now)
    {
        var pattern = Opponent is null ? null : $"%{Opponent.Trim().Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
        var narrowed = games.Where(game => (TeamId == null || game.TeamId == TeamId) && (Season == null || game.Team!.Season == Season)
            && (pattern == null || (game.Opponent != null && EF.Functions.ILike(game.Opponent, pattern))));
        return State switch
        {
            "ready" => narrowed.Where(game => game.IsProcessed),
            "processing" => narrowed.Where(game => !game.IsProcessed && game.SessionId != null),
            "scheduled" => narrowed.Where(game => game.SessionId == null && game.GameDate >= now),
            "manual" => narrowed.Where(game => game.SessionId == null && game.GameDate < now),
            _ => narrowed,
        };
    }
}
