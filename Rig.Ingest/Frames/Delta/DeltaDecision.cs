namespace Rig.Ingest.Frames;

/// <summary>What becomes of the baseline.</summary>
internal enum BaselineStep
{
    Keep,

    /// <summary>The picture goes into it with its share.</summary>
    Blend,

    /// <summary>The picture is the baseline from now on.</summary>
    Replace,
}

/// <summary>Something that happened, or ended.</summary>
internal interface IDeltaEffect;

/// <summary>A new event.</summary>
/// <param name="EndedAt">Null while it goes on.</param>
/// <param name="Images">Which pictures belong to it, by role.</param>
/// <param name="Trace">Why it was decided so, a line each.</param>
internal sealed record EventBegan(
    Guid EventId,
    string Type,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    double Confidence,
    string Summary,
    IReadOnlyDictionary<string, Guid> Images,
    IReadOnlyList<ScoredFrame> Frames,
    IReadOnlyList<string> Trace) : IDeltaEffect;

/// <summary>An interaction's end: what is known of it only now.</summary>
internal sealed record InteractionEnded(
    Guid EventId,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    double Confidence,
    string Summary,
    IReadOnlyDictionary<string, Guid> Images,
    IReadOnlyList<ScoredFrame> Frames,
    IReadOnlyList<string> Trace) : IDeltaEffect;

/// <summary>The device is to take many pictures for a while.</summary>
internal sealed record BurstWanted(TimeSpan Length) : IDeltaEffect;

/// <param name="Skipped">Why the picture was not looked at; null when it was.</param>
internal sealed record DeltaDecision(DeltaState State, BaselineStep Baseline, IReadOnlyList<IDeltaEffect> Effects, string? Skipped = null);

internal static class ImageRole
{
    public const string Pre = "pre";
    public const string Post = "post";
    public const string During = "during";
    public const string Thumb = "thumb";

    public static readonly IReadOnlyList<string> All = [Pre, During, Post, Thumb, "annotated"];
}
