using Rig.Ingest.Renditions;
using Rig.Media;
using Rig.Tests.Support;

namespace Rig.Tests.Renditions;

public sealed class RenditionTests(RenderedMatch match) : IClassFixture<RenderedMatch>
{
    [Fact]
    public void A_match_is_rendered_for_the_follow_camera_and_as_a_panorama()
    {
        Assert.Equal(
            ["follow_1080p h264 1920x1080", "follow_720p h264 1280x720", "follow_480p h264 854x480", "follow_360p h264 640x360", "panorama_1440w h264 1440x400", "panorama_720w h264 720x200"],
            match.Set.Ladders.SelectMany(ladder => ladder.Renditions).Select(one => $"{one.Name} {one.Codec} {one.Width}x{one.Height}"));
        Assert.All(match.Set.Ladders, ladder => Assert.Equal("mp4a.40.2", ladder.Sound?.CodecString));
        Assert.All(match.Set.Ladders.SelectMany(ladder => ladder.Renditions), one => Assert.Equal(3, one.Segments));
        Assert.All(match.Set.FileNames, name => Assert.True(File.Exists(Path.Combine(match.Folder, name)), name));
    }

    [Fact]
    public void A_player_finds_nothing_wrong_with_them() => Assert.Empty(RenditionCheck.Problems(match.Folder, match.Set, RenderedMatch.Seconds));

    [Fact]
    public async Task Every_playlist_plays_to_its_end()
    {
        foreach (var ladder in match.Set.Ladders)
        {
            // Of a master playlist the decoder takes the best picture.
            Assert.InRange(await Transcode.CountFramesAsync(Path.Combine(match.Folder, ladder.MasterPlaylist), TimeSpan.FromMinutes(2), CancellationToken.None), 82, 83);
        }
    }

    [Fact]
    public async Task The_scrub_bar_has_a_picture_for_each_segment_and_the_match_a_poster()
    {
        Assert.Equal((3, 2.0, 160, 90, 10, 10), (match.Set.Thumbnails.Count, match.Set.Thumbnails.IntervalSeconds, match.Set.Thumbnails.Width, match.Set.Thumbnails.Height, match.Set.Thumbnails.Columns, match.Set.Thumbnails.Rows));
        var sheet = (await MediaProbe.ReadAsync(Path.Combine(match.Folder, Assert.Single(match.Set.Thumbnails.Sheets)), CancellationToken.None)).Video!;
        var poster = (await MediaProbe.ReadAsync(Path.Combine(match.Folder, match.Set.Poster), CancellationToken.None)).Video!;
        Assert.Equal((1600, 900, 1280, 720), (sheet.Width, sheet.Height, poster.Width, poster.Height));
    }

    [Fact]
    public async Task What_was_made_is_not_made_again()
    {
        var before = File.GetLastWriteTimeUtc(Path.Combine(match.Folder, "follow_1080p.mp4"));

        await RenderedMatch.MakeAsync(match.Match);

        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(match.Folder, "follow_1080p.mp4")));
    }

    [Theory]
    [InlineData("follow_720p.m3u8", "#EXTINF:2.0,", "#EXTINF:1.9,", "is said to last 1.9 s")]
    [InlineData("follow_720p.m3u8", "#EXT-X-INDEPENDENT-SEGMENTS\n", "", "INDEPENDENT-SEGMENTS")]
    [InlineData("follow_720p.m3u8", "#EXT-X-TARGETDURATION:2", "#EXT-X-TARGETDURATION:1", "longer than EXT-X-TARGETDURATION")]
    [InlineData("follow_720p.m3u8", "#EXT-X-MAP:URI=\"follow_720p.mp4\"", "#EXT-X-MAP:URI=\"../follow_720p.mp4\"", "is not the name of a file beside it")]
    [InlineData("follow.m3u8", "avc1.", "avc1.ff", "CODECS is")]
    [InlineData("follow.m3u8", "RESOLUTION=1280x720", "RESOLUTION=1281x720", "RESOLUTION is 1281x720")]
    [InlineData("follow.m3u8", "#EXT-X-STREAM-INF:BANDWIDTH=", "#EXT-X-STREAM-INF:BANDWIDTH=1", "BANDWIDTH is declared")]
    public void A_playlist_that_says_something_else_than_its_file_is_found_out(string playlist, string from, string to, string problem)
    {
        using var copy = Copy();
        var path = copy.File(playlist);
        var text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));

        Assert.Contains(RenditionCheck.Problems(copy.Path, match.Set, RenderedMatch.Seconds), found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void A_segment_without_a_key_frame_a_torn_file_and_a_missing_one_are_found_out()
    {
        using var copy = Copy();
        var path = copy.File("follow_480p.mp4");
        var whole = File.ReadAllBytes(path);
        // The first sample's flags stand in the second fragment's trun, four words in: count, offset, flags.
        var second = FragmentedFile.Read(path).Fragments[1];
        var trun = whole.AsSpan((int)second.Offset).IndexOf("trun"u8) + (int)second.Offset;
        whole[trun + 4 + 4 + 4 + 4 + 1] |= 1;
        File.WriteAllBytes(path, whole);
        Assert.Contains(RenditionCheck.Problems(copy.Path, match.Set, RenderedMatch.Seconds), found => found.Contains("at 2 s does not begin with a key frame", StringComparison.Ordinal));

        File.WriteAllBytes(path, whole[..^100]);
        Assert.Contains(RenditionCheck.Problems(copy.Path, match.Set, RenderedMatch.Seconds), found => found.Contains("beyond the file's end", StringComparison.Ordinal));

        File.Delete(path);
        File.Delete(copy.File("poster.jpg"));
        Assert.Contains(RenditionCheck.Problems(copy.Path, match.Set, RenderedMatch.Seconds), found => found.Contains("poster.jpg is missing", StringComparison.Ordinal));
    }

    [Fact]
    public void A_wide_panorama_is_cut_down_to_what_phones_decode_and_kept_whole_in_hevc()
    {
        var wide = RenderedMatch.Geometry with { Width = 5760, Height = 1440 };

        Assert.Equal([4096, 2048, 1024], Ladder.Panorama(wide, 30).Renditions.Select(one => one.Width));
        Assert.Equal(("hevc", 5760, 1440), Assert.Single(Ladder.PanoramaHevc(wide, 30)!.Renditions) is var one ? (one.Codec, one.Width, one.Height) : default);
        Assert.Null(Ladder.PanoramaHevc(wide with { Width = 4096 }, 30));
    }

    private TempFolder Copy()
    {
        var copy = new TempFolder();
        foreach (var name in match.Set.FileNames)
        {
            File.Copy(Path.Combine(match.Folder, name), copy.File(name));
        }

        return copy;
    }
}
