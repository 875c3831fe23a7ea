using FsCheck.Xunit;
using Rig.Viewer.Stats;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer.Stats;

/// <summary>Statistics of random seasons beside a slow recount that walks through every moment by itself.</summary>
public sealed class StatsPropertyTests
{
    [Property(MaxTest = 400, Arbitrary = [typeof(RandomSeasons)])]
    internal void A_players_season_is_what_a_recount_finds(RandomSeason season)
    {
        var lines = season.Games.SelectMany(game => PlayerGame.Of(game, [.. season.Goalkeepers])).ToLookup(line => line.PlayerId);
        for (var player = 1; player <= RandomSeason.Players; player++)
        {
            var found = PlayerSeason.Of(player, lines[player]);
            var recount = new Recount(season, player);
            Assert.Equal((recount.Games, recount.Goals, recount.Shots, recount.OnTarget), (found.Games, found.Tally.Goals, found.Tally.Shots, found.Tally.ShotsOnTarget));
            Assert.Equal((recount.Saves, recount.Tackles, recount.Reds), (found.Tally.Saves, found.Tally.Tackles, found.Tally[GameEventType.RedCard]));
            Assert.Equal(recount.Conceded, found.GoalsConceded);
            Assert.Equal(recount.SavePercentage, found.SavePercentage);
            Assert.Equal(recount.Games == 0 ? null : recount.Goals / (double)recount.Games, found.GoalsPerGame);
        }
    }

    [Property(MaxTest = 300, Arbitrary = [typeof(RandomSeasons)])]
    internal void A_teams_season_is_what_a_recount_finds(RandomSeason season)
    {
        var found = TeamSeason.Of(season.Games);
        int won = 0, drawn = 0, lost = 0, scored = 0, conceded = 0, ourShots = 0, theirShots = 0, nobodys = 0;
        foreach (var game in season.Games)
        {
            if (game.OurScore is { } ours && game.TheirScore is { } theirs)
            {
                (scored, conceded) = (scored + ours, conceded + theirs);
                _ = ours > theirs ? won++ : ours < theirs ? lost++ : drawn++;
            }

            foreach (var moment in game.Moments)
            {
                var whose = moment.PlayerId.HasValue ? "us" : game.OurSide is null || moment.Side is null ? "nobody" : moment.Side == game.OurSide ? "us" : "them";
                var shot = moment.Type.ToString() is "Shot" or "ShotOnTarget" or "Goal" ? 1 : 0;
                ourShots += whose == "us" ? shot : 0;
                theirShots += whose == "them" ? shot : 0;
                nobodys += whose == "nobody" ? 1 : 0;
            }
        }

        Assert.Equal((season.Games.Count, won, drawn, lost, scored, conceded), (found.Games, found.Won, found.Drawn, found.Lost, found.GoalsFor, found.GoalsAgainst));
        Assert.Equal((ourShots, theirShots, nobodys), (found.Ours.Shots, found.Theirs.Shots, found.Unattributed));
    }

    [Property(MaxTest = 300, Arbitrary = [typeof(RandomSeasons)])]
    internal void A_board_holds_the_best_and_all_who_share_the_last_rank(RandomSeason season)
    {
        var lines = season.Games.SelectMany(game => PlayerGame.Of(game, [.. season.Goalkeepers])).ToLookup(line => line.PlayerId);
        var players = Enumerable.Range(1, RandomSeason.Players).Select(player => PlayerSeason.Of(player, lines[player])).ToList();
        foreach (var (_, value) in Ranking.Leaderboards)
        {
            var board = Ranking.Board(players, value, limit: 2);
            foreach (var player in players)
            {
                // By definition: one more than there are better ones.
                var better = players.Count(other => (value(other) ?? 0) > (value(player) ?? 0));
                var entry = board.SingleOrDefault(row => row.PlayerId == player.PlayerId);
                Assert.Equal(value(player) > 0 && better < 2 ? better + 1 : null, entry?.Rank);
            }

            Assert.Equal(board.OrderBy(row => row.Rank).ThenBy(row => row.PlayerId), board);
        }
    }

    [Property(MaxTest = 300)]
    public void A_percentile_places_everybody_fairly(int[] values)
    {
        var all = values.Select(value => (double)(value % 5)).ToList();
        foreach (var own in all.Distinct())
        {
            var found = Ranking.Percentile(all, own);
            if (all.Count < 2)
            {
                Assert.Null(found);
                continue;
            }

            var others = all.ToList();
            others.Remove(own);
            Assert.Equal(others.Average(other => other < own ? 100.0 : other.Equals(own) ? 50.0 : 0.0), found!.Value, precision: 9);
        }
    }

    [Fact]
    public void A_keeper_concedes_what_the_predecessor_forgot()
    {
        var game = new PlayedGame(1, 1, default, null, "a", 1, 2, [Save(10), Save(20), Save(30), Goal(40, "b"), Goal(50, "b"), Goal(55, "a")]);
        var keeper = Assert.Single(PlayerGame.Of(game, []));
        Assert.Equal((3, 2, 60.0), (keeper.Tally.Saves, keeper.GoalsConceded, keeper.SavePercentage));
    }

    [Fact]
    public void Two_keepers_of_one_game_concede_each_their_own()
    {
        var game = new PlayedGame(1, 1, default, null, "a", 0, 3, [Save(10), Goal(12, "b"), Save(100) with { PlayerId = 2 }, Goal(110, "b"), Goal(120, "b")]);
        Assert.Equal([(1, 1), (2, 2)], PlayerGame.Of(game, []).Select(line => (line.PlayerId, line.GoalsConceded!.Value)));

        // A score that the goals seen do not add up to: nobody knows whose the others were.
        Assert.All(PlayerGame.Of(game with { TheirScore = 4 }, []), line => Assert.Null(line.GoalsConceded));
    }

    private static PlayedMoment Save(double seconds) => new(GameEventType.Save, seconds, 1, "a");

    private static PlayedMoment Goal(double seconds, string side) => new(GameEventType.Goal, seconds, null, side);

    /// <summary>By names of types and loops alone, for one player.</summary>
    private sealed class Recount
    {
        public Recount(RandomSeason season, int player)
        {
            var savesWhereKnown = 0;
            foreach (var game in season.Games)
            {
                var (tagged, savesHere) = (false, 0);
                foreach (var moment in game.Moments)
                {
                    if (moment.PlayerId != player)
                    {
                        continue;
                    }

                    tagged = true;
                    var name = moment.Type.ToString();
                    Goals += name == "Goal" ? 1 : 0;
                    OnTarget += name is "Goal" or "ShotOnTarget" ? 1 : 0;
                    Shots += name is "Goal" or "ShotOnTarget" or "Shot" ? 1 : 0;
                    savesHere += name.StartsWith("Save", StringComparison.Ordinal) ? 1 : 0;
                    Tackles += name == "Tackle" ? 1 : 0;
                    Reds += name == "RedCard" ? 1 : 0;
                }

                var conceded = ConcededIn(game, season.Goalkeepers, player);
                Saves += savesHere;
                Games += tagged || conceded is not null ? 1 : 0;
                if (conceded is not null)
                {
                    Conceded = (Conceded ?? 0) + conceded;
                    savesWhereKnown += savesHere;
                }
            }

            SavePercentage = Conceded is { } all && savesWhereKnown + all > 0 ? 100.0 * savesWhereKnown / (savesWhereKnown + all) : null;
        }

        public int Games { get; }

        public int Goals { get; }

        public int Shots { get; }

        public int OnTarget { get; }

        public int Saves { get; }

        public int Tackles { get; }

        public int Reds { get; }

        public int? Conceded { get; }

        public double? SavePercentage { get; }

        private static int? ConcededIn(PlayedGame game, IReadOnlyList<int> goalkeepers, int player)
        {
            if (game.TheirScore is not { } score)
            {
                return null;
            }

            string[] keeping = ["Save", "SaveDiving", "SaveReflex", "Punch", "Catch", "Distribution", "GoalKick"];
            var seen = game.Moments.Where(moment => moment.PlayerId is not null && keeping.Contains(moment.Type.ToString())).ToList();
            var keepers = seen.Count > 0 ? [.. seen.Select(moment => moment.PlayerId!.Value).Distinct()] : goalkeepers.ToList();
            if (!keepers.Contains(player))
            {
                return null;
            }

            if (keepers.Count == 1)
            {
                return score;
            }

            var goals = game.Moments.Where(moment => moment.Type.ToString() == "Goal" && moment.PlayerId is null && game.OurSide is not null && moment.Side is not null && moment.Side != game.OurSide).ToList();
            if (seen.Count == 0 || goals.Count != score)
            {
                return null;
            }

            var mine = 0;
            foreach (var goal in goals)
            {
                var nearest = seen.Min(moment => Math.Abs(moment.Seconds - goal.Seconds));
                var candidates = seen.Where(moment => Math.Abs(moment.Seconds - goal.Seconds) == nearest).ToList();
                var earliest = candidates.Min(moment => moment.Seconds);
                mine += candidates.First(moment => moment.Seconds == earliest).PlayerId == player ? 1 : 0;
            }

            return mine;
        }
    }
}
