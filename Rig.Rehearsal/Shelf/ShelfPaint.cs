namespace Rig.Rehearsal.Shelf;

/// <summary>A few shapes on packed RGB of a scene's size.</summary>
internal static class ShelfPaint
{
    public static void Box(byte[] rgb, int left, int top, int right, int bottom, byte red, byte green, byte blue)
    {
        for (var y = Math.Max(0, top); y < Math.Min(ShelfScene.Height, bottom); y++)
        {
            for (var x = Math.Max(0, left); x < Math.Min(ShelfScene.Width, right); x++)
            {
                Set(rgb, x, y, red, green, blue, 1);
            }
        }
    }

    /// <summary>A thick line with round ends, lit from the left.</summary>
    public static void Limb(byte[] rgb, double x0, double y0, double x1, double y1, double radius, byte red, byte green, byte blue)
    {
        var (dx, dy) = (x1 - x0, y1 - y0);
        var length = Math.Max(1e-6, (dx * dx) + (dy * dy));
        for (var y = Math.Max(0, (int)(Math.Min(y0, y1) - radius)); y < Math.Min(ShelfScene.Height, Math.Max(y0, y1) + radius); y++)
        {
            for (var x = Math.Max(0, (int)(Math.Min(x0, x1) - radius)); x < Math.Min(ShelfScene.Width, Math.Max(x0, x1) + radius); x++)
            {
                var along = Math.Clamp((((x - x0) * dx) + ((y - y0) * dy)) / length, 0, 1);
                var (offX, offY) = (x - x0 - (along * dx), y - y0 - (along * dy));
                var distance = Math.Sqrt((offX * offX) + (offY * offY));
                if (distance < radius)
                {
                    Set(rgb, x, y, red, green, blue, 1 - (0.35 * Math.Clamp((offX / radius) + 0.4, 0, 1)));
                }
            }
        }
    }

    public static void Set(byte[] rgb, int x, int y, byte red, byte green, byte blue, double light)
    {
        var at = ((y * ShelfScene.Width) + x) * 3;
        rgb[at] = (byte)(red * light);
        rgb[at + 1] = (byte)(green * light);
        rgb[at + 2] = (byte)(blue * light);
    }
}
