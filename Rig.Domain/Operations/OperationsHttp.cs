namespace Rig.Domain.Operations;

/// <summary>The routes and limits of the operations port that a program and <c>rigctl</c> agree on. docs/ref/rigctl.md describes them.</summary>
public static class OperationsHttp
{
    public const int Version = 2;

    public const int DefaultPort = 9110;

    /// <summary>Below it lie the routes of the commands, see <see cref="OperatorCommand.Path"/>.</summary>
    public const string Root = "/operations/v2";

    /// <summary>POST without a body: the program's name and a nonce to prove the token with.</summary>
    public const string ChallengeRoute = Root + "/challenge";

    /// <summary>POST with the operator's proof: opens a session.</summary>
    public const string SessionRoute = Root + "/session";

    /// <summary>Of an answer to a command: the program's proof that it knows the session's key.</summary>
    public const string ProofHeader = "Rig-Proof";

    /// <summary>What a client says of itself may not be longer, in bytes.</summary>
    public const int MaxHandshakeBytes = 4 << 10;

    /// <summary>Nor may a command's arguments, in bytes.</summary>
    public const int MaxRequestBytes = 64 << 10;

    /// <summary>Events of a stream: one item, a failure with the field <c>detail</c>, and the end. The first event of all is <see cref="OpenEvent"/>.</summary>
    public const string ItemEvent = "item";

    public const string ErrorEvent = "error";

    public const string DoneEvent = "done";

    /// <summary>Sent at once, so that a client hears from the program before there is an item.</summary>
    public const string OpenEvent = "open";
}
