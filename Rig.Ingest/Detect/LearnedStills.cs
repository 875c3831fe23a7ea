using OpenCvSharp;
using Rig.Ingest.Detect.Learned;

namespace Rig.Ingest.Detect;

/// <summary>People in a single JPEG picture of any size, by the configured network.</summary>
internal sealed class LearnedStills(LearnedDetector detector) : IDisposable
{
    /// <summary>A still's people are near: a tile has this side, or half of the picture's longer one where that is more.</summary>
    private const int TilePx = 1280;
    private const double ScoreMin = 0.4;

    /// <exception cref="InvalidDataException">The picture cannot be decoded.</exception>
    /// <exception cref="ModelException">The network failed.</exception>
    public int CountPeople(byte[] jpeg)
    {
        try
        {
            using var picture = Cv2.ImDecode(jpeg, ImreadModes.Color);
            if (picture.Empty() || picture.Width < 2 || picture.Height < 2)
            {
                throw new InvalidDataException("The picture cannot be decoded.");
            }

            var (width, height) = (picture.Width & ~1, picture.Height & ~1);
            using var even = new Mat(picture, new Rect(0, 0, width, height));
            using var yuv = new Mat();
            Cv2.CvtColor(even, yuv, ColorConversionCodes.BGR2YUV_I420);
            if (!yuv.GetArray(out byte[] data))
            {
                throw new InvalidDataException("The picture cannot be read.");
            }

            var tiles = detector.TilesOver(new Tile(0, 0, width, height), Math.Max(TilePx, Math.Max(width, height) / 2), _ => true);
            return detector.Find(new YuvPicture(data, width, height, IsHd: false), tiles).Count(box => box.Kind == LearnedKind.Person && box.Score >= ScoreMin);
        }
        catch (OpenCVException e)
        {
            throw new InvalidDataException("The picture cannot be decoded: " + e.Message, e);
        }
    }

    public void Dispose() => detector.Dispose();
}
