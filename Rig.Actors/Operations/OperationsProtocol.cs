using System.Text.Json.Nodes;

namespace Rig.Actors.Operations;

/// <summary>
/// How a connection of the operations port and the <see cref="OperatorActor"/> talk. The items of a command are fetched one by one, so a
/// slow reader slows the command and nothing piles up.
/// </summary>
public static class OperationsProtocol
{
    /// <summary>Begins a command and asks for its first item.</summary>
    public sealed record RunCommand(Guid Id, string Command, IReadOnlyDictionary<string, string> Arguments);

    /// <summary>Asks a running command for its next item.</summary>
    public sealed record GetNext(Guid Id);

    /// <summary>Nobody wants its items any more. Not answered.</summary>
    public sealed record CancelCommand(Guid Id);

    /// <summary>One item; more may follow.</summary>
    public sealed record CommandItem(Guid Id, JsonObject Item);

    /// <summary>There is no further item.</summary>
    public sealed record CommandCompleted(Guid Id);

    /// <summary>The command was refused or failed; no further item comes.</summary>
    public sealed record CommandRefused(Guid Id, string Reason);
}
