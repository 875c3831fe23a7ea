using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Rig.Actors.Pipeline;

namespace Rig.Ingest.Stitch.Pitch;

/// <summary>Reads pitch points marked with CVAT ("CVAT for images 1.1"): labels "(x,y)" in metres, x from the left corner, y from the far touchline.</summary>
internal static class PitchPointsFile
{
    private const int PointsMax = 1000;
    private const long SizeBytesMax = 4 << 20;

    /// <param name="pitchWidthM">Turns y round: PanoramaGeometry counts it from the near touchline.</param>
    /// <param name="width">Of the camera's picture; the points are scaled from the size the file was marked in.</param>
    /// <exception cref="StageFailedException">The file is not such a file; the message names it.</exception>
    public static List<PitchPoint> Read(string path, int camera, double pitchWidthM, int width, int height)
    {
        try
        {
            if (new FileInfo(path).Length > SizeBytesMax)
            {
                throw new FormatException($"it is larger than {SizeBytesMax >> 20} MiB");
            }

            // No DTD, so nothing in the file can reach for other files.
            using var reader = XmlReader.Create(path, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            var image = XDocument.Load(reader).Root?.Element("image") ?? throw new FormatException("it has no image element");
            var scaleX = width / Number(image.Attribute("width")?.Value);
            var scaleY = height / Number(image.Attribute("height")?.Value);
            return [.. image.Elements("points").Take(PointsMax).Select(element =>
            {
                var label = Pair(element.Attribute("label")?.Value.Trim('(', ')'), ',');
                var pixel = Pair(element.Attribute("points")?.Value.Split(';')[0], ',');
                return new PitchPoint(camera, pixel.Item1 * scaleX, pixel.Item2 * scaleY, label.Item1, pitchWidthM - label.Item2);
            })];
        }
        catch (Exception e) when (e is IOException or XmlException or FormatException or UnauthorizedAccessException)
        {
            throw new StageFailedException($"The pitch points in {path} cannot be read: {e.Message}. Export them from CVAT as 'CVAT for images 1.1'.", e);
        }
    }

    private static (double, double) Pair(string? text, char separator)
    {
        var parts = (text ?? "").Split(separator);
        return parts.Length == 2 ? (Number(parts[0]), Number(parts[1])) : throw new FormatException($"'{text}' is not two numbers");
    }

    private static double Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw new FormatException($"'{text}' is not a number");
}
