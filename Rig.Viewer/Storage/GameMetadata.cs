using System.Text.Json;
using System.Text.Json.Serialization;
using Rig.Domain.Match;
using Rig.Domain.Publishing;

namespace Rig.Viewer.Storage;

/// <summary>What the player needs to draw a game, kept as JSON with the game.</summary>
/// <param name="Renditions">Null for a game from a home server that made none: its panorama is one MP4.</param>
/// <param name="HighlightReel">Name of a media file; null for a game without moments.</param>
internal sealed record GameMetadata(
    double Fps, PanoramaGeometry Panorama, IReadOnlyList<FollowKey> Follow, RenditionSet? Renditions = null, string? HighlightReel = null)
{
    public string ToJson() => JsonSerializer.Serialize(this, WatchJson.Default.GameMetadata);

    public static GameMetadata Parse(string json) =>
        JsonSerializer.Deserialize(json, WatchJson.Default.GameMetadata) ?? throw new JsonException("The game's metadata is null.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GameMetadata))]
internal sealed partial class WatchJson : JsonSerializerContext;
