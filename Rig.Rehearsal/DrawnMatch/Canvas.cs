using Rig.CameraNode.Imaging;

namespace Rig.Rehearsal.DrawnMatch;

/// <summary>Draws anti-aliased shapes into a 4:2:0 picture. Coordinates are luma pixels, pixel centres at whole numbers.</summary>
internal sealed class Canvas(Yuv420Frame frame)
{
    private readonly int width = frame.Width;
    private readonly int height = frame.Height;

    /// <summary>A line with round ends, thickness running from one radius to the other.</summary>
    /// <param name="shade">Luma taken away at its right edge and added at its left, for roundness.</param>
    public void Capsule(double x0, double y0, double x1, double y1, double radius0, double radius1, Yuv colour, float shade = 0)
    {
        var shape = new Tapered((float)x0, (float)y0, (float)x1, (float)y1, (float)radius0, (float)radius1);
        var reach = Math.Max(radius0, radius1) + 1;
        var (left, right) = (Math.Min(x0, x1) - reach, Math.Max(x0, x1) + reach);
        var (top, bottom) = (Math.Min(y0, y1) - reach, Math.Max(y0, y1) + reach);
        var luma = frame.Y;
        for (var y = Math.Max(0, (int)top); y <= Math.Min(height - 1, (int)bottom + 1); y++)
        {
            for (var x = Math.Max(0, (int)left); x <= Math.Min(width - 1, (int)right + 1); x++)
            {
                var cover = shape.Cover(x, y, 1, out var side);
                if (cover > 0)
                {
                    ref var pixel = ref luma[(y * width) + x];
                    pixel = (byte)Math.Clamp(pixel + ((colour.Y - (shade * side) - pixel) * cover) + 0.5f, 0, 255);
                }
            }
        }

        var u = frame.U;
        var v = frame.V;
        var (halfWidth, halfHeight) = (width / 2, height / 2);
        for (var y = Math.Max(0, ((int)top - 1) / 2); y <= Math.Min(halfHeight - 1, ((int)bottom + 1) / 2); y++)
        {
            for (var x = Math.Max(0, ((int)left - 1) / 2); x <= Math.Min(halfWidth - 1, ((int)right + 1) / 2); x++)
            {
                var cover = shape.Cover((x * 2) + 0.5f, (y * 2) + 0.5f, 2, out _);
                if (cover > 0)
                {
                    var at = (y * halfWidth) + x;
                    u[at] = (byte)(u[at] + ((colour.U - u[at]) * cover) + 0.5f);
                    v[at] = (byte)(v[at] + ((colour.V - v[at]) * cover) + 0.5f);
                }
            }
        }
    }

    /// <summary>
    /// Darkens the ground under a soft capsule that is given in ground metres around (<paramref name="u"/>, <paramref name="v"/>).
    /// </summary>
    /// <param name="ground">Pixels that a metre along x and along y moves: (du/dx, dv/dx, du/dy, dv/dy).</param>
    public void Shadow(double u, double v, (double UX, double VX, double UY, double VY) ground, double toX, double toY, double radiusM, float depth)
    {
        var determinant = (ground.UX * ground.VY) - (ground.UY * ground.VX);
        if (Math.Abs(determinant) < 1e-6)
        {
            return;
        }

        var (endU, endV) = (u + (ground.UX * toX) + (ground.UY * toY), v + (ground.VX * toX) + (ground.VY * toY));
        var reachU = ((Math.Abs(ground.UX) + Math.Abs(ground.UY)) * radiusM * 1.4) + 1;
        var reachV = ((Math.Abs(ground.VX) + Math.Abs(ground.VY)) * radiusM * 1.4) + 1;
        var length2 = (float)Math.Max(1e-6, (toX * toX) + (toY * toY));
        var softM = (float)Math.Max(radiusM * 0.7, 0.7 / Math.Sqrt(Math.Abs(determinant)));
        var luma = frame.Y;
        for (var y = Math.Max(0, (int)(Math.Min(v, endV) - reachV)); y <= Math.Min(height - 1, (int)(Math.Max(v, endV) + reachV)); y++)
        {
            for (var x = Math.Max(0, (int)(Math.Min(u, endU) - reachU)); x <= Math.Min(width - 1, (int)(Math.Max(u, endU) + reachU)); x++)
            {
                var (du, dv) = (x - u, y - v);
                var gx = (float)(((du * ground.VY) - (dv * ground.UY)) / determinant);
                var gy = (float)(((dv * ground.UX) - (du * ground.VX)) / determinant);
                var along = Math.Clamp(((gx * (float)toX) + (gy * (float)toY)) / length2, 0, 1);
                var (offX, offY) = (gx - (along * (float)toX), gy - (along * (float)toY));
                var off = MathF.Sqrt((offX * offX) + (offY * offY));
                var cover = Math.Clamp((((float)radiusM - off) / softM) + 0.5f, 0, 1);
                if (cover > 0)
                {
                    ref var pixel = ref luma[(y * width) + x];
                    pixel = (byte)(pixel - ((pixel - 16) * depth * cover * (1 - (0.5f * along))));
                }
            }
        }
    }

    private readonly struct Tapered
    {
        private readonly float x0;
        private readonly float y0;
        private readonly float dx;
        private readonly float dy;
        private readonly float radius0;
        private readonly float taper;
        private readonly float inverseLength2;
        private readonly float inverseLength;

        public Tapered(float x0, float y0, float x1, float y1, float radius0, float radius1)
        {
            (this.x0, this.y0, dx, dy) = (x0, y0, x1 - x0, y1 - y0);
            (this.radius0, taper) = (radius0, radius1 - radius0);
            inverseLength2 = 1 / Math.Max(1e-4f, (dx * dx) + (dy * dy));
            inverseLength = MathF.Sqrt(inverseLength2);
        }

        /// <summary>Share of a sample of this size that the shape covers; <paramref name="side"/> is -1 at its left edge, 1 at its right.</summary>
        public float Cover(float x, float y, float sample, out float side)
        {
            var (px, py) = (x - x0, y - y0);
            var along = Math.Clamp(((px * dx) + (py * dy)) * inverseLength2, 0, 1);
            var (offX, offY) = (px - (along * dx), py - (along * dy));
            var radius = radius0 + (taper * along);
            var distance = MathF.Sqrt((offX * offX) + (offY * offY));
            var cover = ((radius - distance) / sample) + 0.5f;
            side = 0;
            if (cover <= 0)
            {
                return 0;
            }

            side = Math.Clamp(offX / Math.Max(radius, 0.5f), -1, 1) * Math.Min(1, Math.Max(MathF.Abs(dy) * inverseLength, inverseLength));
            // A shape thinner than the sample cannot cover all of it.
            var thin = radius * 2 < sample ? radius * 2 / ((radius / sample) + 0.5f) / sample : 1;
            return Math.Min(1, cover) * Math.Min(1, thin);
        }
    }
}
