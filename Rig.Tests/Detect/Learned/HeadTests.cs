using Rig.Ingest.Detect.Learned;
using Rig.Tests.Support;

namespace Rig.Tests.Detect.Learned;

/// <summary>Networks in every format, made here, on drawn pictures.</summary>
public sealed class HeadTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("YOLOX", "YOLOX")]
    [InlineData("YOLOX decoded", "YOLOX")]
    [InlineData("YOLOv5", "YOLOv5")]
    [InlineData("YOLOv8", "YOLOv8")]
    [InlineData("end-to-end", "end-to-end")]
    [InlineData("NanoDet", "NanoDet")]
    [InlineData("NanoDet-Plus", "NanoDet")]
    public void A_format_is_told_by_its_outputs_and_its_boxes_lie_where_people_and_ball_are(string family, string format)
    {
        using var detector = new LearnedDetector(Settings(family));
        Assert.Equal((format, TinyNetworks.Side), (detector.Model.Head.Format, detector.Model.Width));

        var found = detector.Find(DrawnCells.Of(64, 64, (16, 24, true), (40, 32, false)), [new Tile(0, 0, 64, 64)]).OrderBy(box => box.Kind).ToList();
        Assert.Equal([LearnedKind.Person, LearnedKind.Ball], found.Select(box => box.Kind));
        foreach (var (box, u, v) in found.Zip(new[] { (20.0, 28.0), (44.0, 36.0) }, (box, at) => (box, at.Item1, at.Item2)))
        {
            Assert.Equal((u, v), (Math.Round(box.CenterU), Math.Round(box.CenterV)));
            Assert.Equal((TinyNetworks.BoxWidth, TinyNetworks.BoxHeight), (Math.Round(box.Width, 1), Math.Round(box.Height, 1)));
            Assert.InRange(box.Score, 0.8, 1);
        }
    }

    [Fact]
    public void A_picture_larger_than_the_input_is_looked_at_in_tiles_and_nobody_is_found_twice()
    {
        using var detector = new LearnedDetector(Settings("YOLOX"));
        var tiles = detector.TilesOver(new Tile(0, 0, 256, 96), 64, _ => true);
        Assert.Equal(10, tiles.Count);
        var found = detector.Find(DrawnCells.Of(256, 96, (24, 40, true), (128, 48, true), (208, 56, false)), tiles);
        Assert.Equal(2, found.Count(box => box.Kind == LearnedKind.Person));
        var ball = Assert.Single(found, box => box.Kind == LearnedKind.Ball);
        Assert.Equal((212.0, 60.0), (Math.Round(ball.CenterU), Math.Round(ball.CenterV)));
    }

    [Fact]
    public void Squares_of_twice_the_input_are_shrunk_by_averaging()
    {
        using var detector = new LearnedDetector(Settings("YOLOv8"));
        var picture = DrawnCells.Of(128, 128, (32, 48, true), (40, 48, true), (32, 56, true), (40, 56, true));
        var box = Assert.Single(detector.Find(picture, [new Tile(0, 0, 128, 128)]));
        Assert.Equal((40.0, 56.0), (Math.Round(box.CenterU), Math.Round(box.CenterV)));
        Assert.Equal((2 * TinyNetworks.BoxWidth, 2 * TinyNetworks.BoxHeight), (Math.Round(box.Width, 1), Math.Round(box.Height, 1)));
    }

    private ModelSettings Settings(string family)
    {
        File.WriteAllBytes(folder.File("tiny.onnx"), TinyNetworks.Of(family));
        return new ModelSettings(folder.File("tiny.onnx"), [], []);
    }
}
