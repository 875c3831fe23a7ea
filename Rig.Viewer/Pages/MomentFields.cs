using Rig.Viewer.Games;

namespace Rig.Viewer.Pages;

/// <summary>What a moment's form shows.</summary>
/// <param name="Id">Unique on the page; makes the fields' own.</param>
internal sealed record MomentFields(string Id, string EventType, string Time, string? Description, int? PlayerId, string? Side, IReadOnlyList<RosterPlayer> Roster);
