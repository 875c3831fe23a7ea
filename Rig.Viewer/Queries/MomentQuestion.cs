using Rig.Viewer.Storage;

namespace Rig.Viewer.Queries;

/// <summary>A part of a game.</summary>
/// <param name="Half">1 or 2, of the film's length: nobody writes down when the whistle went.</param>
/// <param name="FromSeconds">From the film's start, as <paramref name="UntilSeconds"/>.</param>
/// <param name="LastSeconds">Before the film's end.</param>
internal sealed record AskedTime(int? Half = null, double? FromSeconds = null, double? UntilSeconds = null, double? LastSeconds = null);

/// <summary>What somebody asked for; every part narrows.</summary>
/// <param name="Types">Null for every kind.</param>
/// <param name="Jersey">As it stands on the shirt.</param>
/// <param name="Names">Words that are no others: of these, names of players of the person's teams count.</param>
/// <param name="InBox">In one of the penalty areas.</param>
/// <param name="InMidfield">In the middle third.</param>
/// <param name="LastGameOnly">The newest game alone.</param>
/// <param name="Unknown">Things that people ask for and no home server finds, such as throw-ins.</param>
internal sealed record MomentQuestion(
    IReadOnlySet<GameEventType>? Types, string? Jersey, PlayerPosition? Position, IReadOnlyList<string> Names, AskedTime? Time, bool InBox, bool InMidfield, bool LastGameOnly,
    int Limit, IReadOnlyList<string> Unknown)
{
    public const int MaxLength = 200;
    public const int DefaultLimit = 50;
    public const int MaxLimit = 100;

    public static readonly IReadOnlyList<string> Suggestions =
    [
        "goals", "saves in the second half", "shots on target in the last game", "everything by number 7", "tackles and interceptions", "goals between 10 and 20 minutes",
        "first 15 minutes", "everything by the goalkeeper", "shots from the box", "top 5 saves",
    ];
}
