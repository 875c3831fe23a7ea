using Rig.Ingest.Detect;

namespace Rig.Tests.Detect;

public sealed class BackgroundModelTests
{
    private const int Width = 200;
    private const int Height = 60;
    private static readonly PitchView View = new(TestGeometry.Create(Width, Height, focalPx: 80), new DetectOptions());
    private readonly Region region = new(View);

    [Fact]
    public void Somebody_who_walks_through_leaves_the_background_clean()
    {
        var samples = Enumerable.Range(0, 9).Select(index => WithBlock(Plain(), 10 + (index * 20), 30, 235)).ToList();
        var model = new BackgroundModel(samples);
        Assert.Equal(0, Count(model, Plain()));
        Assert.InRange(Count(model, samples[4]), 60, 64);
    }

    [Fact]
    public void A_shadow_is_not_somebody_but_a_dark_shirt_is()
    {
        var model = new BackgroundModel([Plain()]);
        Assert.Equal(0, Count(model, WithBlock(Plain(), 90, 30, 62)));
        Assert.InRange(Count(model, WithBlock(Plain(), 90, 30, 30)), 60, 64);
    }

    [Fact]
    public void What_stays_in_place_sinks_in_when_asked_to_and_not_before()
    {
        var model = new BackgroundModel([Plain()]);
        var bag = WithBlock(Plain(), 90, 30, 120);
        var mask = new byte[Width * Height];
        for (var round = 0; round < 40; round++)
        {
            model.Foreground(bag, region, mask);
            model.Drift(bag, mask, alsoForeground: false);
        }

        Assert.True(Count(model, bag) > 0);
        for (var round = 0; round < 40; round++)
        {
            model.Drift(bag, mask, alsoForeground: true);
        }

        Assert.Equal(0, Count(model, bag));
    }

    [Fact]
    public void Pixels_one_apart_are_one_blob_and_farther_ones_are_two()
    {
        var mask = new byte[10 * 4];
        foreach (var index in new[] { 0, 2, 12, 6, 7 })
        {
            mask[index] = 1;
        }

        var blobs = Blobs.Find(mask, 10, 4);
        Assert.Equal([2, 3], blobs.Select(blob => blob.Area).Order());
    }

    private int Count(BackgroundModel model, PanoramaFrame picture)
    {
        var mask = new byte[Width * Height];
        model.Foreground(picture, region, mask);
        return mask.Count(value => value == 1);
    }

    private static PanoramaFrame Plain()
    {
        var picture = new PanoramaFrame(Width, Height);
        picture.Data.AsSpan(0, Width * Height).Fill(90);
        picture.Data.AsSpan(Width * Height).Fill(115);
        return picture;
    }

    /// <summary>8x8 pixels of another brightness.</summary>
    private static PanoramaFrame WithBlock(PanoramaFrame picture, int x, int y, byte luma)
    {
        for (var row = y; row < y + 8; row++)
        {
            picture.Data.AsSpan((row * Width) + x, 8).Fill(luma);
        }

        return picture;
    }
}
