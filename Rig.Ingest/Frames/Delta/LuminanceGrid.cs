using OpenCvSharp;

namespace Rig.Ingest.Frames;

/// <summary>A picture's luminance, brought to one small size, so that every picture of a device can be compared with every other.</summary>
public sealed class LuminanceGrid
{
    public const int Width = 160;
    public const int Height = 120;
    public const int Cells = Width * Height;

    /// <summary>A larger picture is shrunk while it is decoded.</summary>
    private const int HalfFrom = 2 * Width * 2;

    /// <param name="values">Row by row, 0 to 255.</param>
    public LuminanceGrid(byte[] values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Cells);
        Values = values;
    }

    public byte[] Values { get; }

    /// <param name="width">The picture's, as its header says.</param>
    /// <exception cref="InvalidDataException">It cannot be decoded.</exception>
    public static LuminanceGrid Decode(byte[] jpeg, int width)
    {
        var mode = width >= 2 * HalfFrom ? ImreadModes.ReducedGrayscale8 : width >= HalfFrom ? ImreadModes.ReducedGrayscale4 : width >= HalfFrom / 2 ? ImreadModes.ReducedGrayscale2 : ImreadModes.Grayscale;
        try
        {
            using var picture = Cv2.ImDecode(jpeg, mode);
            if (picture.Empty())
            {
                throw new InvalidDataException("The picture cannot be decoded.");
            }

            using var small = new Mat();
            Cv2.Resize(picture, small, new Size(Width, Height), interpolation: InterpolationFlags.Area);
            return small.GetArray(out byte[] values) ? new LuminanceGrid(values) : throw new InvalidDataException("The picture cannot be read.");
        }
        catch (OpenCVException e)
        {
            throw new InvalidDataException("The picture cannot be decoded: " + e.Message, e);
        }
    }

    /// <param name="rate">This picture's share, 0 to 1.</param>
    public LuminanceGrid BlendInto(LuminanceGrid baseline, double rate)
    {
        var mixed = new byte[Cells];
        for (var i = 0; i < Cells; i++)
        {
            var step = (Values[i] - baseline.Values[i]) * rate;

            // Away from zero, so that a difference of one is closed as well.
            mixed[i] = (byte)(baseline.Values[i] + (step > 0 ? Math.Ceiling(step) : Math.Floor(step)));
        }

        return new LuminanceGrid(mixed);
    }
}
