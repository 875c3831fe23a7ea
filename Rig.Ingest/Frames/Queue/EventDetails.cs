using System.Text.Json;
using System.Text.Json.Serialization;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>Why an event was decided: column <c>details</c>, and what the event's page shows.</summary>
/// <param name="Scores">Picture by picture, for the plot.</param>
/// <param name="Captures">By role.</param>
/// <param name="Baseline">The picture that stood for what was before.</param>
public sealed record EventDetails(
    int RoiVersion,
    int ConfigVersion,
    EventThresholds Thresholds,
    IReadOnlyList<EventScore> Scores,
    IReadOnlyDictionary<string, string> Captures,
    string? Baseline,
    IReadOnlyList<string> DecisionTrace,
    RegionSet? Regions = null)
{
    internal static EventDetails Of(FrameResult result, IReadOnlyDictionary<string, Guid> captures, IReadOnlyList<ScoredFrame> frames, IReadOnlyList<string> trace)
    {
        var settings = result.Setting.Settings;
        return new EventDetails(
            result.Setting.RegionVersion,
            result.Setting.ConfigVersion,
            new EventThresholds(settings.InteractionThreshold, settings.InventoryChangeThreshold, settings.ShiftThreshold, settings.ObstructionThreshold, settings.EmptyThreshold),
            [.. frames.Select(frame => new EventScore(frame.At, frame.Seq, frame.Score, frame.Motion, frame.Inventory))],
            captures.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()),
            captures.TryGetValue(ImageRole.Pre, out var pre) ? pre.ToString() : null,
            trace,
            result.Setting.Regions);
    }

    internal string ToJson() => JsonSerializer.Serialize(this, EventDetailsJson.Default.EventDetails);
}

public sealed record EventThresholds(double Interaction, double Inventory, double Shift, double Obstruction, double Empty);

/// <param name="Score">The smoothed one that is compared with the threshold.</param>
public sealed record EventScore(DateTimeOffset At, long Seq, double Score, double Motion, double Inventory);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EventDetails))]
internal sealed partial class EventDetailsJson : JsonSerializerContext;
