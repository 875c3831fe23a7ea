using System.Text.Json.Serialization;

namespace Rig.Rehearsal.Demo;

/// <summary>What <c>--frames --json</c> writes. Every number was measured in this run.</summary>
internal sealed record FramesSummary(bool Ok, FramesCount? Frames, IReadOnlyList<FramesEvent> Events, FramesTruth? Truth, IReadOnlyList<string> Problems);

/// <param name="Sent">As the device counts what the server acknowledged.</param>
/// <param name="Stored">Rows on the server.</param>
/// <param name="Duplicates">Pictures that came to the server twice.</param>
internal sealed record FramesCount(long Sent, long Stored, long Duplicates);

internal sealed record FramesEvent(string Type, string DeviceId, double Confidence, IReadOnlyList<string> Images);

/// <summary>Hands that took something, and what was found of them: an interaction and a changed stock for each.</summary>
internal sealed record FramesTruth(int Expected, int Found, int False);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(FramesSummary))]
internal sealed partial class FramesJson : JsonSerializerContext;
