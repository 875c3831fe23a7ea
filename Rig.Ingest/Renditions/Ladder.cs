using Rig.Domain.Match;
using Rig.Domain.Publishing;

namespace Rig.Ingest.Renditions;

/// <param name="MaxKbps">The encoder's bound for any second of video (VBV), kilobits.</param>
internal sealed record RenditionPlan(string Name, string Codec, int Width, int Height, int MaxKbps)
{
    public string File => Name + ".mp4";

    public string Playlist => Name + ".m3u8";
}

/// <param name="Kind">Of <see cref="RenditionLadder"/>.</param>
internal sealed record LadderPlan(string Kind, IReadOnlyList<RenditionPlan> Renditions)
{
    public string MasterPlaylist => Kind + ".m3u8";
}

/// <summary>Which renditions a match gets.</summary>
internal static class Ladder
{
    /// <summary>Many phones decode H.264 up to this width, and take textures up to it.</summary>
    public const int MaxH264Width = 4096;

    /// <summary>Each segment begins with a key frame; a player changes quality and begins at its bounds.</summary>
    public const int SegmentSeconds = 2;

    /// <summary>Bits for a pixel and frame of a panorama, of which most is grass and sky.</summary>
    private const double PanoramaBitsPerPixel = 0.08;

    private const int MinPanoramaWidth = 480;
    private const double ManyFramesPerSecond = 32;

    /// <summary>The lowest plays where 0.7 Mbit/s get through, the second where 1.6 do.</summary>
    public static LadderPlan Follow(double framesPerSecond)
    {
        var more = framesPerSecond > ManyFramesPerSecond ? 1.5 : 1;
        return new LadderPlan(
            RenditionLadder.Follow,
            [
                new("follow_1080p", "h264", 1920, 1080, (int)(4500 * more)), new("follow_720p", "h264", 1280, 720, (int)(2200 * more)),
                new("follow_480p", "h264", 854, 480, (int)(900 * more)), new("follow_360p", "h264", 640, 360, (int)(480 * more)),
            ]);
    }

    /// <summary>H.264 for every device; each step halves the width.</summary>
    public static LadderPlan Panorama(PanoramaGeometry geometry, double framesPerSecond)
    {
        var plans = new List<RenditionPlan>();
        for (var width = Math.Min(geometry.Width, MaxH264Width); plans.Count == 0 || (width >= MinPanoramaWidth && plans.Count < 3); width /= 2)
        {
            plans.Add(Panorama(geometry, width, "h264", "", framesPerSecond));
        }

        return new LadderPlan(RenditionLadder.Panorama, plans);
    }

    /// <returns>Null where H.264 has the panorama's full width.</returns>
    public static LadderPlan? PanoramaHevc(PanoramaGeometry geometry, double framesPerSecond) => geometry.Width <= MaxH264Width
        ? null
        : new LadderPlan(RenditionLadder.PanoramaHevc, [Panorama(geometry, geometry.Width, "hevc", "_hevc", framesPerSecond)]);

    private static RenditionPlan Panorama(PanoramaGeometry geometry, int width, string codec, string suffix, double framesPerSecond)
    {
        var even = Even(width);
        var height = Even((double)geometry.Height * even / geometry.Width);
        var kbps = even * height * framesPerSecond * PanoramaBitsPerPixel * (codec == "hevc" ? 0.7 : 1) / 1000;
        return new RenditionPlan(FormattableString.Invariant($"panorama_{even}w{suffix}"), codec, even, height, Math.Max(400, (int)kbps));
    }

    private static int Even(double pixels) => Math.Max(2, 2 * (int)Math.Round(pixels / 2));
}
