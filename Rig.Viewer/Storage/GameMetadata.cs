using System.Text.Json;
using System.Text.Json.Serialization;
using Rig.Domain.Match;

namespace Rig.Viewer.Storage;

/// <summary>What the player needs to draw a game, kept as JSON with the game.</summary>
internal sealed record GameMetadata(double Fps, PanoramaGeometry Panorama, IReadOnlyList<FollowKey> Follow)
{
    public string ToJson() => JsonSerializer.Serialize(this, WatchJson.Default.GameMetadata);

    public static GameMetadata Parse(string json) =>
        JsonSerializer.Deserialize(json, WatchJson.Default.GameMetadata) ?? throw new JsonException("The game's metadata is null.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GameMetadata))]
internal sealed partial class WatchJson : JsonSerializerContext;
