using System.Text.Json.Serialization;

namespace Rig.Rehearsal.Truth;

/// <summary>
/// What a synthetic camera's match really contained, written beside the recording as <c>{recording id}.truth.jsonl</c>: first a
/// <see cref="TruthHeader"/>, then one <see cref="TruthFrame"/> a recorded frame. Pitch axes are those of PanoramaGeometry.
/// </summary>
/// <param name="Events">Everything that will happen, on the match clock; only those before the recording's end did.</param>
/// <param name="MatchZeroMaster">The master-clock instant of match time 0, the session's scheduled start.</param>
public sealed record TruthHeader(int Seed, double PitchLengthM, double PitchWidthM, DateTimeOffset MatchZeroMaster, IReadOnlyList<TruthEvent> Events);

public sealed record TruthEvent(string Type, double TimestampSeconds, double X, double Y, string Team);

/// <param name="TSeconds">Match time.</param>
public sealed record TruthFrame(double TSeconds, IReadOnlyList<TruthPerson> People, TruthBall Ball);

/// <param name="Team"><c>a</c>, <c>b</c> or <c>referee</c>.</param>
/// <param name="InView">This camera's picture shows at least half of the person.</param>
public sealed record TruthPerson(int Id, string Team, int Number, double X, double Y, bool InView);

/// <param name="InView">At least half of the ball is in this camera's picture and nobody hides it.</param>
public sealed record TruthBall(double X, double Y, double Z, bool InView);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TruthHeader))]
[JsonSerializable(typeof(TruthFrame))]
public sealed partial class MatchTruthJson : JsonSerializerContext;
