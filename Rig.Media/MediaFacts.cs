namespace Rig.Media;

/// <summary>What a file says of itself.</summary>
/// <param name="DurationSeconds">By the container, to a millisecond; counted where it does not say.</param>
/// <param name="Created">The container's own time of creation, where it has one.</param>
/// <param name="Video">The first video stream.</param>
public sealed record MediaFacts(double DurationSeconds, DateTimeOffset? Created, VideoFacts? Video, bool HasAudio);

/// <param name="Codec">By ffmpeg's name, such as <c>h264</c> or <c>hevc</c>.</param>
/// <param name="Width">As coded, pixels; a turned picture is not turned here.</param>
/// <param name="FramesPerSecond">On average; 0 where the file does not say.</param>
/// <param name="DurationSeconds">Of this stream; the container's where the stream does not say.</param>
/// <param name="FirstSeconds">Time stamp of the first picture.</param>
/// <param name="LeadSeconds">How long the file has begun, with sound, before its first picture.</param>
public sealed record VideoFacts(string Codec, int Width, int Height, double FramesPerSecond, double DurationSeconds, double FirstSeconds, double LeadSeconds, PictureForm Form);
