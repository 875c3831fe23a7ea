using Rig.Ingest.Detect;
using Rig.Ingest.Detect.Learned;

namespace Rig.Tests.Detect.Learned;

public sealed class TileTests
{
    [Theory]
    [InlineData(5676, 1256)]
    [InlineData(640, 640)]
    [InlineData(641, 100)]
    public void Every_pixel_is_in_a_tile_and_whoever_is_140_pixels_wide_is_whole_in_one(int width, int height)
    {
        var tiles = TileGrid.Over(new Tile(0, 0, width, height), 640, 640, _ => true);
        Assert.All(tiles, tile => Assert.True(tile.Left >= 0 && (tile.Right <= width || width < 640)));
        for (var left = 0; left + 140 <= width; left += 20)
        {
            Assert.Contains(tiles, tile => tile.Left <= left && tile.Right >= left + 140);
        }

        Assert.True(tiles.Max(tile => tile.Bottom) >= height);
    }

    [Fact]
    public void Of_two_boxes_about_one_the_better_stays_and_what_a_tile_cut_off_ranks_last()
    {
        LearnedBox whole = new(LearnedKind.Person, 100, 100, 140, 200, 0.5), cut = new(LearnedKind.Person, 100, 100, 138, 150, 0.9, Cut: true);
        LearnedBox neighbour = new(LearnedKind.Person, 135, 100, 175, 200, 0.4), ball = new(LearnedKind.Ball, 100, 100, 140, 200, 0.3);
        Assert.Equal([whole, neighbour, ball], BoxMerge.Best([cut, ball, whole, neighbour, whole with { Score = 0.45 }]));
    }

    [Fact]
    public void What_a_tile_has_beyond_the_picture_is_grey()
    {
        var pixels = new float[3 * 64 * 64];
        new AreaSampler(64, 64, PixelForm.BgrBytes).Fill(DrawnCells.Of(32, 32), new Tile(0, 0, 64, 64), pixels);
        Assert.Equal(AreaSampler.Missing, pixels[40]);
        Assert.Equal(AreaSampler.Missing, pixels[(40 * 64) + 3]);
        Assert.Equal(130, pixels[(20 * 64) + 20], 1.0);
    }

    [Fact]
    public void Looks_come_in_turn_and_wait_while_they_have_taken_more_than_their_share()
    {
        var schedule = new LookSchedule(every: 2, budget: 0.5);
        Assert.Equal([true, false, true, false], Enumerable.Range(0, 4).Select(frame => schedule.IsDue(frame * 100)));
        schedule.Spent(300);
        Assert.Equal([false, false, true], Enumerable.Range(4, 3).Select(frame => schedule.IsDue(frame * 100)));
        var free = new LookSchedule(every: 1, budget: 0);
        free.Spent(1e9);
        Assert.True(free.IsDue(0));
    }
}
