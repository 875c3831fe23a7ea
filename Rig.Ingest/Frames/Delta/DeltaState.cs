using System.Text.Json.Serialization;

namespace Rig.Ingest.Frames;

internal enum DeltaPhase
{
    /// <summary>There is no baseline yet.</summary>
    New = 0,
    Idle = 1,

    /// <summary>Somebody is at it.</summary>
    Active = 2,

    /// <summary>The lens is covered.</summary>
    Obstructed = 3,
}

/// <summary>One picture as the machine sees it.</summary>
/// <param name="At">When it was taken, by the server's clock.</param>
internal sealed record Observation(Guid Capture, long Seq, DateTimeOffset At, FrameScores Scores);

/// <summary>What of a picture stays with an event.</summary>
internal sealed record ScoredFrame(Guid Capture, long Seq, DateTimeOffset At, double Score, double Motion, double Inventory);

/// <summary>An interaction that goes on.</summary>
/// <param name="Quiet">When it was last over the threshold.</param>
internal sealed record OpenInteraction(Guid EventId, DateTimeOffset StartedAt, DateTimeOffset Quiet, Guid Pre, ScoredFrame Peak, IReadOnlyList<ScoredFrame> Frames);

/// <summary>Where the delta worker is with one device.</summary>
/// <param name="LastAt">Of the last picture; a picture never counts as older.</param>
/// <param name="Smoothed">Score.</param>
/// <param name="Over">Pictures in a row over the threshold.</param>
/// <param name="Still">Pictures in a row without movement.</param>
/// <param name="Different">Pictures in a row, still, that show another stock than the baseline.</param>
/// <param name="Shifted">The same for a scene that lies elsewhere.</param>
/// <param name="DifferentSince">When the first of either was taken.</param>
/// <param name="Covered">Pictures in a row without texture.</param>
/// <param name="Empty">Pictures in a row, still, with nothing in the inventory region; -1 once that was said, and before anything was there.</param>
/// <param name="Stable">The last stable picture: what was before whatever comes.</param>
/// <param name="RegionVersion">Of the regions the baseline was made with.</param>
internal sealed record DeltaState(
    DeltaPhase Phase = DeltaPhase.New,
    long LastSeq = -1,
    DateTimeOffset LastAt = default,
    double Smoothed = 0,
    int Over = 0,
    int Still = 0,
    int Different = 0,
    int Shifted = 0,
    DateTimeOffset DifferentSince = default,
    int Covered = 0,
    int Empty = -1,
    Guid Stable = default,
    int RegionVersion = 0,
    DateTimeOffset BurstEndsAt = default,
    OpenInteraction? Interaction = null,
    IReadOnlyList<ScoredFrame>? Recent = null)
{
    public static readonly DeltaState Start = new();

    /// <summary>Scores before an interaction, to show with it.</summary>
    public const int MaxRecent = 10;

    /// <summary>Scores of one interaction that are kept; a longer one keeps its beginning and its end.</summary>
    public const int MaxFrames = 240;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DeltaState))]
internal sealed partial class DeltaJson : JsonSerializerContext;
