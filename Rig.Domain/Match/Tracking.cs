using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rig.Domain.Match;

/// <summary>
/// What was found in one panorama frame; one line of <c>analysis/tracks.jsonl</c>. Pitch coordinates are those of
/// <see cref="PanoramaGeometry"/>, null where the pitch is not registered. Pixels are the panorama's.
/// </summary>
/// <param name="TMs">Time on the panorama's own time line.</param>
public sealed record TrackedFrame(long TMs, IReadOnlyList<TrackedPlayer> Players, TrackedBall? Ball);

/// <param name="Id">The same person keeps it from frame to frame.</param>
/// <param name="Team"><c>a</c>, <c>b</c>, <c>other</c> (referee, keeper in a third colour) or null while unknown.</param>
/// <param name="Left">Box, panorama pixels.</param>
/// <param name="X">Where the feet stand, metres.</param>
/// <param name="Predicted">Not seen in this frame but carried on by its track.</param>
public sealed record TrackedPlayer(
    int Id, string? Team, double Left, double Top, double Width, double Height, double Confidence, double? X, double? Y, bool Predicted = false);

/// <param name="U">Centre, panorama pixels.</param>
/// <param name="X">Metres, taken as lying on the ground.</param>
public sealed record TrackedBall(double U, double V, double Confidence, double? X, double? Y, bool Predicted = false);

/// <param name="Type">goal, shot, ... : the viewer's event types.</param>
/// <param name="X">Where it happened, metres.</param>
/// <param name="Team"><c>a</c> or <c>b</c> where it is known.</param>
public sealed record MatchEvent(string Type, double TimestampSeconds, double Confidence, double? X = null, double? Y = null, string? Team = null, string? Description = null);

/// <summary>One key of the follow camera's path; between keys it is interpolated by cubics.</summary>
/// <param name="YawDeg">On the panorama's cylinder, 0 in its middle axis, to the right positive.</param>
/// <param name="PitchDeg">Downwards positive.</param>
/// <param name="FovDeg">Horizontal angle of view.</param>
public sealed record FollowKey(double TSeconds, double YawDeg, double PitchDeg, double FovDeg);

/// <param name="FileName">In the session's <c>clips/</c> folder.</param>
public sealed record ClipInfo(string FileName, string ThumbnailFileName, string Title, string EventType, double StartSeconds, double EndSeconds, double EventSeconds);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TrackedFrame))]
[JsonSerializable(typeof(IReadOnlyList<MatchEvent>))]
[JsonSerializable(typeof(IReadOnlyList<FollowKey>))]
[JsonSerializable(typeof(IReadOnlyList<ClipInfo>))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class TrackingJson : JsonSerializerContext;
