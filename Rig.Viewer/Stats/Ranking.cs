using System.Collections.Frozen;

namespace Rig.Viewer.Stats;

/// <param name="Rank">Equal values share a rank, and the next one skips: 1, 1, 3.</param>
internal sealed record Ranked(int Rank, int PlayerId, double Value);

/// <summary>Comparisons within a team.</summary>
internal static class Ranking
{
    /// <summary>What a leaderboard can be made of, by its name in addresses. Null: the player has no such value.</summary>
    public static readonly FrozenDictionary<string, Func<PlayerSeason, double?>> Leaderboards = new Dictionary<string, Func<PlayerSeason, double?>>
    {
        ["goals"] = player => player.Tally.Goals,
        ["assists"] = player => player.Tally.Assists,
        ["saves"] = player => player.Tally.Saves,
        ["shots"] = player => player.Tally.Shots,
        ["tackles"] = player => player.Tally.Tackles,
        ["interceptions"] = player => player.Tally.Interceptions,
        ["goals_per_game"] = player => player.GoalsPerGame,
        ["save_percentage"] = player => player.SavePercentage,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What a player is placed among the team by.</summary>
    public static readonly IReadOnlyList<string> Percentiles = ["goals", "assists", "shots", "tackles", "saves"];

    /// <summary>The best first. Who has nothing of it is on no board; who shares the last rank is on it too.</summary>
    public static IReadOnlyList<Ranked> Board(IEnumerable<PlayerSeason> players, Func<PlayerSeason, double?> value, int limit)
    {
        var sorted = players.Select(player => (player.PlayerId, Value: value(player))).Where(player => player.Value > 0)
            .OrderByDescending(player => player.Value).ThenBy(player => player.PlayerId).ToList();
        var board = new List<Ranked>();
        for (var i = 0; i < sorted.Count; i++)
        {
            var (id, number) = (sorted[i].PlayerId, sorted[i].Value!.Value);
            var rank = i > 0 && board[i - 1].Value.Equals(number) ? board[i - 1].Rank : i + 1;
            if (rank > limit)
            {
                break;
            }

            board.Add(new Ranked(rank, id, number));
        }

        return board;
    }

    /// <summary>Percent of the others who have less; who has as much counts half.</summary>
    /// <param name="all">With the player's own.</param>
    /// <returns>Null where there is nobody to compare with.</returns>
    public static double? Percentile(IReadOnlyCollection<double> all, double own) =>
        all.Count < 2 ? null : 100.0 * (all.Count(value => value < own) + ((all.Count(value => value.Equals(own)) - 1) / 2.0)) / (all.Count - 1);
}
