using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Rig.Domain.Operations;

/// <summary>Answer of <see cref="OperationsHttp.ChallengeRoute"/>.</summary>
/// <param name="RigOperations">The version of the port, <see cref="OperationsHttp.Version"/>.</param>
/// <param name="Node">The program's name for itself.</param>
/// <param name="Nonce">Good for one try, soon.</param>
public sealed record OperatorChallenge(int RigOperations, string Node, string Nonce);

/// <summary>Asks <see cref="OperationsHttp.SessionRoute"/> for a session.</summary>
/// <param name="Challenge">The nonce of the challenge.</param>
/// <param name="Nonce">The operator's own.</param>
/// <param name="Proof"><see cref="OperatorProof.OfOperator"/>.</param>
public sealed record OpenSession(string? Challenge, string? Nonce, string? Proof);

/// <summary>The session is open; its id is the challenge's nonce.</summary>
/// <param name="Proof"><see cref="OperatorProof.OfNode"/>.</param>
/// <param name="Commands">Names of the commands that the program offers.</param>
public sealed record SessionOpened(string Proof, IReadOnlyList<string> Commands);

/// <summary>Answer of a command that is no stream.</summary>
public sealed record CommandItems(IReadOnlyList<JsonObject> Items);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OperatorChallenge))]
[JsonSerializable(typeof(OpenSession))]
[JsonSerializable(typeof(SessionOpened))]
[JsonSerializable(typeof(CommandItems))]
public sealed partial class OperationsJson : JsonSerializerContext;
