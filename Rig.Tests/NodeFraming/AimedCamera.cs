using Rig.CameraNode.Framing;
using Rig.CameraNode.Imaging;
using Rig.Rehearsal.DrawnMatch;

namespace Rig.Tests.NodeFraming;

/// <summary>The synthetic match's empty pitch as a camera sees it that hangs as the test says, by the way a real preview takes.</summary>
internal static class AimedCamera
{
    private const int PreviewWidth = 480;
    private const int PreviewHeight = 270;

    /// <param name="rollDeg">Positive: its right side hangs low.</param>
    /// <param name="downDeg">How far it looks down; the rig's own cameras do by 17.5 degrees.</param>
    /// <param name="yawDeg">To the right of straight across the pitch.</param>
    public static byte[] Rgb(double rollDeg = 0, double downDeg = SyntheticRig.TiltDeg, double yawDeg = 0) =>
        new Downscaler(PreviewWidth, PreviewHeight).ToRgb(Frame(rollDeg, downDeg, yawDeg));

    public static RgbPicture Picture(double rollDeg = 0, double downDeg = SyntheticRig.TiltDeg, double yawDeg = 0) => Of(Rgb(rollDeg, downDeg, yawDeg));

    public static RgbPicture Of(byte[] rgb) => new(rgb, PreviewWidth, PreviewHeight);

    public static byte[] Jpeg(byte[] rgb)
    {
        using var compressor = new JpegCompressor();
        return compressor.Compress(rgb, PreviewWidth, PreviewHeight);
    }

    /// <summary>A defocused lens: the mean over a square of pixels, three times.</summary>
    public static byte[] Blurred(byte[] rgb, int radius)
    {
        var from = rgb;
        for (var pass = 0; pass < 3; pass++)
        {
            var to = new byte[from.Length];
            for (var y = 0; y < PreviewHeight; y++)
            {
                for (var x = 0; x < PreviewWidth; x++)
                {
                    for (var c = 0; c < 3; c++)
                    {
                        var (sum, count) = (0, 0);
                        for (var v = Math.Max(0, y - radius); v <= Math.Min(PreviewHeight - 1, y + radius); v++)
                        {
                            for (var u = Math.Max(0, x - radius); u <= Math.Min(PreviewWidth - 1, x + radius); u++)
                            {
                                (sum, count) = (sum + from[(((v * PreviewWidth) + u) * 3) + c], count + 1);
                            }
                        }

                        to[(((y * PreviewWidth) + x) * 3) + c] = (byte)(sum / count);
                    }
                }
            }

            from = to;
        }

        return from;
    }

    /// <summary>Another exposure; what is too bright is white.</summary>
    public static byte[] Exposed(byte[] rgb, double times) => [.. rgb.Select(value => (byte)Math.Clamp(value * times, 0, 255))];

    private static Yuv420Frame Frame(double rollDeg, double downDeg, double yawDeg)
    {
        var (yaw, down, roll) = (yawDeg * Math.PI / 180, downDeg * Math.PI / 180, rollDeg * Math.PI / 180);
        var forward = new Vector3D(Math.Sin(yaw) * Math.Cos(down), Math.Cos(yaw) * Math.Cos(down), -Math.Sin(down));
        var levelRight = new Vector3D(Math.Cos(yaw), -Math.Sin(yaw), 0);
        var right = (levelRight * Math.Cos(roll)) + (Vector3D.Cross(forward, levelRight) * Math.Sin(roll));
        return Backdrop.Render(new CameraModel(SyntheticRig.LensFor(PreviewWidth, PreviewHeight), SyntheticRig.MastTop, right, Vector3D.Cross(forward, right), forward), PreviewWidth, PreviewHeight);
    }
}
