using System.Text.Json.Serialization;
using Rig.Domain.Match;

namespace Rig.Domain.Publishing;

/// <summary>
/// What the ingest server tells the viewer of one finished session (docs/ref/publish-api.md). Files follow one by one, each
/// resumable, then the game is published.
/// </summary>
/// <param name="Renditions">Null from a home server that makes none: then <c>panorama.mp4</c> is what is watched.</param>
/// <param name="HighlightReel">Name of an <c>.mp4</c> among the files; null for a match without moments.</param>
/// <param name="TeamCode">The viewer's team that may watch; an unknown code is refused (422).</param>
public sealed record GamePublication(
    string SessionId,
    string TeamCode,
    string? Opponent,
    DateTimeOffset RecordedAt,
    double DurationSeconds,
    double Fps,
    PanoramaGeometry Panorama,
    IReadOnlyList<MatchEvent> Events,
    IReadOnlyList<ClipInfo> Clips,
    IReadOnlyList<FollowKey> Follow,
    IReadOnlyList<PublicationFile> Files,
    RenditionSet? Renditions = null,
    string? HighlightReel = null);

/// <param name="Name"><c>panorama.mp4</c>, <c>thumbnail.jpg</c>, a clip's, a clip thumbnail's or a rendition's name; <c>^[a-z0-9][a-z0-9._-]{0,63}$</c>.</param>
public sealed record PublicationFile(string Name, long SizeBytes, string Sha256, string ContentType);

/// <summary>Answer to the game and to every later question how far it is.</summary>
/// <param name="Status"><c>receiving</c> or <c>published</c>.</param>
public sealed record PublicationStatus(int GameId, string Status, IReadOnlyList<PublicationFileStatus> Files);

/// <param name="OffsetBytes">Bytes the viewer holds durably; sending goes on from here.</param>
public sealed record PublicationFileStatus(string Name, long OffsetBytes, bool Complete);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(GamePublication))]
[JsonSerializable(typeof(RenditionSet))]
[JsonSerializable(typeof(PublicationStatus))]
public sealed partial class PublicationJson : JsonSerializerContext;
