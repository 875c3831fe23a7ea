using FsCheck;
using FsCheck.Fluent;
using Rig.Viewer.Stats;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer.Stats;

/// <summary>Some games of a team of five, of which players 1 and 2 may stand in the goal.</summary>
internal sealed record RandomSeason(IReadOnlyList<PlayedGame> Games, IReadOnlyList<int> Goalkeepers)
{
    public const int Players = 5;

    public override string ToString() => string.Join("; ", Games.Select(game =>
        $"game {game.Id} side {game.OurSide} {game.OurScore}:{game.TheirScore} [{string.Join(", ", game.Moments.Select(moment => $"{moment.Type}@{moment.Seconds} p{moment.PlayerId} {moment.Side}"))}]")) + $"; keepers {string.Join(",", Goalkeepers)}";
}

internal static class RandomSeasons
{
    public static Arbitrary<RandomSeason> Any() => (
        from keepers in Gen.Elements<IReadOnlyList<int>>([], [1], [1, 2])
        from count in Gen.Choose(0, 6)
        from games in Gen.ListOf(Game(), count)
        select new RandomSeason([.. games.Select((game, i) => game with { Id = i + 1 })], keepers)).ToArbitrary();

    private static Gen<PlayedGame> Game() =>
        from side in Gen.Elements<string?>(null, "a", "b")
        from hasScore in Gen.Elements(true, true, false)
        from ours in Gen.Choose(0, 4)
        from count in Gen.Choose(0, 25)
        from moments in Gen.ListOf(Moment(), count)
        from truthful in Gen.Elements(true, false)
        let theirs = truthful && side is not null ? moments.Count(moment => moment is { Type: GameEventType.Goal, PlayerId: null, Side: not null } && moment.Side != side) : ours
        select new PlayedGame(0, 1, DateTimeOffset.UnixEpoch, null, side, hasScore ? ours : null, hasScore ? theirs : null, [.. moments]);

    private static Gen<PlayedMoment> Moment() =>
        from type in Gen.OneOf(Gen.Elements(Enum.GetValues<GameEventType>()), Gen.Elements(GameEventType.Goal, GameEventType.Save, GameEventType.GoalKick))
        from seconds in Gen.Choose(0, 60)
        from player in Gen.Elements<int?>(null, null, 1, 2, 3, 4, 5)
        from side in Gen.Elements<string?>(null, "a", "b")
        select new PlayedMoment(type, seconds, player, side);
}
