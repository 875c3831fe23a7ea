using Rig.CameraNode.Imaging;

namespace Rig.Rehearsal.DrawnMatch;

/// <summary>Renders the empty pitch once as a camera sees it, four samples a pixel.</summary>
internal static class Backdrop
{
    private const double Sample = 0.25;

    public static Yuv420Frame Render(CameraModel camera, int width, int height)
    {
        var frame = new Yuv420Frame(width, height);
        var scenery = new Scenery(1 / camera.Lens.Fx);
        Parallel.For(0, height / 2, pair =>
        {
            var luma = frame.Y;
            var chromaU = frame.U;
            var chromaV = frame.V;
            for (var column = 0; column < width / 2; column++)
            {
                var block = default(RgbColour);
                for (var index = 0; index < 4; index++)
                {
                    var (x, y) = ((column * 2) + (index & 1), (pair * 2) + (index >> 1));
                    var colour = (At(x - Sample, y - Sample) + At(x + Sample, y - Sample) + At(x - Sample, y + Sample) + At(x + Sample, y + Sample)) * 0.25;
                    luma[(y * width) + x] = (byte)(colour.ToYuv().Y + 0.5f);
                    block += colour * 0.25;
                }

                var yuv = block.ToYuv();
                chromaU[(pair * width / 2) + column] = (byte)(yuv.U + 0.5f);
                chromaV[(pair * width / 2) + column] = (byte)(yuv.V + 0.5f);
            }
        });
        return frame;

        RgbColour At(double x, double y) => scenery.Look(camera.Ray(x, y).Normalized);
    }
}
