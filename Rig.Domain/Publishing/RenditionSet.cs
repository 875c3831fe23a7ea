using System.Text.Json.Serialization;

namespace Rig.Domain.Publishing;

/// <summary>
/// A match as every device plays it: HLS with CMAF fragments (RFC 8216, ISO/IEC 23000-19), one file a rendition that playlists
/// address by byte ranges. All names are names of files of the same game.
/// </summary>
/// <param name="Poster">JPEG, 1280x720.</param>
public sealed record RenditionSet(IReadOnlyList<RenditionLadder> Ladders, string Poster, ScrubThumbnails Thumbnails)
{
    /// <summary>Every file, playlists first.</summary>
    [JsonIgnore]
    public IEnumerable<string> FileNames => Ladders.Select(ladder => ladder.MasterPlaylist)
        .Concat(Ladders.SelectMany(ladder => ladder.Renditions).Select(rendition => rendition.Playlist))
        .Concat(Ladders.SelectMany(ladder => ladder.Renditions).Select(rendition => rendition.File))
        .Concat(Ladders.Select(ladder => ladder.Sound).OfType<SoundRendition>().SelectMany(sound => new[] { sound.Playlist, sound.File }))
        .Concat(Thumbnails.Sheets).Append(Poster).Distinct();
}

/// <summary>The same picture in several qualities, among which a player changes by what the network gives.</summary>
/// <param name="Kind"><c>follow</c>, <c>panorama</c> or <c>panorama_hevc</c>; kinds are only ever added.</param>
/// <param name="Renditions">The best first.</param>
/// <param name="Sound">Null for a match without sound.</param>
public sealed record RenditionLadder(string Kind, string MasterPlaylist, IReadOnlyList<Rendition> Renditions, SoundRendition? Sound)
{
    public const string Follow = "follow";
    public const string Panorama = "panorama";
    public const string PanoramaHevc = "panorama_hevc";
}

/// <param name="Name">Such as <c>follow_1080p</c>.</param>
/// <param name="Codec"><c>h264</c> or <c>hevc</c>.</param>
/// <param name="CodecString">By RFC 6381, such as <c>avc1.640028</c>.</param>
/// <param name="PeakBitsPerSecond">Of its worst segment.</param>
public sealed record Rendition(
    string Name, string Codec, string CodecString, int Width, int Height, double FramesPerSecond, int Segments, long SizeBytes, long PeakBitsPerSecond, long AverageBitsPerSecond,
    string Playlist, string File);

public sealed record SoundRendition(string CodecString, int Segments, long SizeBytes, long PeakBitsPerSecond, long AverageBitsPerSecond, string Playlist, string File);

/// <summary>Small pictures for the scrub bar, row by row in sheets, all but the last one full.</summary>
/// <param name="IntervalSeconds">From one picture to the next.</param>
/// <param name="Width">Of one picture, pixels.</param>
public sealed record ScrubThumbnails(double IntervalSeconds, int Width, int Height, int Columns, int Rows, int Count, IReadOnlyList<string> Sheets);
