using Rig.Domain.Publishing;
using Rig.Ingest.Renditions;
using Rig.Tests.Capture;
using Rig.Tests.Support;

namespace Rig.Tests.Renditions;

public sealed class HevcTests
{
    [Fact]
    public async Task A_panorama_wider_than_4096_has_its_full_width_in_hevc_and_no_more_than_4096_in_h264()
    {
        using var session = new TempFolder();
        await Ffmpeg.PatternAsync(session.File("panorama.mp4"), "4200x240", fps: 5, seconds: 3);
        var geometry = RenderedMatch.Geometry with { Width = 4200, Height = 240, CenterColumn = 2100, FocalPx = 1500 };

        var set = await RenderedMatch.MakeAsync(new MatchToRender(session.Path, session.File("panorama.mp4"), geometry, [], 5, 3, 1));

        Assert.Equal([RenditionLadder.Follow, RenditionLadder.Panorama, RenditionLadder.PanoramaHevc], set.Ladders.Select(ladder => ladder.Kind));
        Assert.Equal(4096, set.Ladders[1].Renditions[0].Width);
        var whole = Assert.Single(set.Ladders[2].Renditions);
        Assert.Equal(("hevc", 4200), (whole.Codec, whole.Width));
        Assert.StartsWith("hvc1.1.6.L", whole.CodecString, StringComparison.Ordinal);
        Assert.All(set.Ladders, ladder => Assert.Null(ladder.Sound));
    }
}
