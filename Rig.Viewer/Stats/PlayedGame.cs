using Rig.Viewer.Storage;

namespace Rig.Viewer.Stats;

/// <param name="PlayerId">Of the team's roster: such a moment is the team's own, whatever its side says.</param>
/// <param name="Side"><c>a</c> or <c>b</c>; null while unknown.</param>
internal sealed record PlayedMoment(GameEventType Type, double Seconds, int? PlayerId, string? Side);

/// <summary>A game as statistics see it.</summary>
/// <param name="OurSide">Null while no coach said which side the team is.</param>
/// <param name="OurScore">Null while it is not known for certain: neither said by a coach, nor counted by sides of which ours is known.</param>
internal sealed record PlayedGame(
    int Id, int TeamId, DateTimeOffset GameDate, string? Opponent, string? OurSide, int? OurScore, int? TheirScore, IReadOnlyList<PlayedMoment> Moments)
{
    public bool IsOurs(PlayedMoment moment) => moment.PlayerId is not null || (OurSide is not null && moment.Side == OurSide);

    public bool IsTheirs(PlayedMoment moment) => moment.PlayerId is null && OurSide is not null && moment.Side is not null && moment.Side != OurSide;
}
