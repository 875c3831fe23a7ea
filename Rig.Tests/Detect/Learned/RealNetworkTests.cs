using System.Globalization;
using OpenCvSharp;
using Rig.Ingest.Detect.Learned;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Detect.Learned;

/// <summary>
/// Published networks on labelled stills of a whole pitch, in which nearly everybody is smaller than such networks see. Boxes without a label are
/// counted and not judged: whether everybody beside the pitch is labelled was not looked at.
/// </summary>
public sealed class RealNetworkTests(ITestOutputHelper output)
{
    private const string Stills = "soccertrack_v2_stills";
    private const int Every = 5;

    private const double RecallMin = 0.6;

    /// <summary>Of a still; smaller people are beyond a network of this size.</summary>
    private const double CountedFromPx = 24;

    [Theory]
    [InlineData("yolox_nano_416.onnx", "YOLOX")]
    [InlineData("object_detection_nanodet_2022nov.onnx", "NanoDet")]
    public void A_published_network_finds_people_on_labelled_stills(string file, string format)
    {
        if (RealModels.Find(file) is not { } model)
        {
            NotRun.Say(output, RealModels.Missing);
            return;
        }

        if (RealFootage.PairFolder is not { } pair || Path.Combine(pair, "..", Stills) is not { } folder || !Directory.Exists(folder))
        {
            NotRun.Say(output, RealFootage.Missing);
            return;
        }

        using var detector = new LearnedDetector(new ModelSettings(model, [], []));
        Assert.Equal(format, detector.Model.Head.Format);
        var (people, found, boxes, right) = (0, 0, 0, 0);
        foreach (var still in Directory.GetFiles(folder, "*.jpg").Order().Where((_, index) => index % Every == 0))
        {
            var (picture, labels) = Read(still);
            var tiles = detector.TilesOver(new Tile(0, 0, picture.Width, picture.Height), 416, _ => true);
            var seen = detector.Find(picture, tiles).Where(box => box.Kind == LearnedKind.Person && box.Height >= CountedFromPx).ToList();
            people += labels.Count(label => label.Height >= CountedFromPx);
            found += labels.Count(label => label.Height >= CountedFromPx && seen.Exists(box => Overlaps(box, label)));
            boxes += seen.Count;
            right += seen.Count(box => labels.Exists(label => Overlaps(box, label)));
        }

        output.WriteLine($"{file}: {found} of {people} people of {CountedFromPx} pixels or more found; {right} of {boxes} boxes have a label");
        Assert.True(people > 0 && found >= people * RecallMin, $"{found} of {people}");
    }

    private static bool Overlaps(LearnedBox box, LearnedBox label)
    {
        const double SameFrom = 0.4;
        var overlap = box.Overlap(label);
        return overlap >= SameFrom * (box.Area + label.Area - overlap);
    }

    private static (YuvPicture Picture, List<LearnedBox> Labels) Read(string still)
    {
        using var picture = Cv2.ImRead(still);
        using var yuv = new Mat();
        Cv2.CvtColor(picture, yuv, ColorConversionCodes.BGR2YUV_I420);
        Assert.True(yuv.GetArray(out byte[] data));
        var labels = File.ReadLines(Path.ChangeExtension(still, ".txt"))
            .Select(line => line.Split(' ').Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray())
            .Where(fields => fields[0] == 0)
            .Select(fields => Boxes.Centred(LearnedKind.Person, fields[1] * picture.Width, fields[2] * picture.Height, fields[3] * picture.Width, fields[4] * picture.Height, 1));
        return (new YuvPicture(data, picture.Width, picture.Height, IsHd: false), [.. labels]);
    }
}
