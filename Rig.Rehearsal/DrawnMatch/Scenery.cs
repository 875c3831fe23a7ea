namespace Rig.Rehearsal.DrawnMatch;

/// <summary>What the world looks like in a direction when nobody is on the pitch: grass, paint, goals, hoardings, people, trees, sky.</summary>
/// <param name="radiansPerPixel">A pixel's angle; detail finer than that is left out.</param>
internal sealed class Scenery(double radiansPerPixel)
{
    private const double HoardingHeight = 0.95;
    private const double FenceHeight = 3.2;
    private static readonly RgbColour Paint = new(250, 252, 246);
    private static readonly GoalFrame[] Goals = [new(0), new(PitchPlan.LengthM)];

    /// <param name="direction">Unit length, pitch axes, from the mast's top.</param>
    public RgbColour Look(Vector3D direction)
    {
        var colour = Ground(direction, out var distance);
        foreach (var backdrop in Backdrops(direction))
        {
            if (backdrop.Distance < distance && Backdrop(backdrop) is { } seen)
            {
                (colour, distance) = (seen, backdrop.Distance);
            }
        }

        foreach (var goal in Goals)
        {
            colour = goal.Over(colour, direction, distance, radiansPerPixel);
        }

        return colour;
    }

    /// <summary>Metres to the ground, or to nothing at all.</summary>
    private RgbColour Ground(Vector3D direction, out double distance)
    {
        distance = direction.Z < -1e-4 ? -SyntheticRig.MastTop.Z / direction.Z : double.PositiveInfinity;
        if (distance > 400)
        {
            distance = double.PositiveInfinity;
            return Sky(direction);
        }

        var point = SyntheticRig.MastTop + (direction * distance);
        var across = radiansPerPixel * distance;
        var along = across / Math.Max(0.05, -direction.Z);
        var footprint = Math.Sqrt(across * along);
        return OnGround(point.X, point.Y, footprint, across, along);
    }

    private static RgbColour OnGround(double x, double y, double footprint, double across, double along)
    {
        var outside = Math.Max(Math.Max(-x, x - PitchPlan.LengthM), Math.Max(-y, y - PitchPlan.WidthM));
        if (outside > 4.5)
        {
            // A path of fine gravel around the grass, meadow beyond.
            var texture = ValueNoise.Octaves(x, y, 1.2, 7, footprint, 71) + (0.6 * ValueNoise.Octaves(x, y, 8, 2, footprint, 79));
            return outside < 14 ? new RgbColour(150, 137, 121) * (1 + (0.2 * texture)) : new RgbColour(92, 108, 62) * (1 + (0.35 * texture));
        }

        // Mown in bands across the pitch; each leans the other way, so that one looks lighter.
        var band = (x / 5.25) - Math.Floor(x / 5.25 / 2) * 2;
        var stripe = Soft(band, footprint / 5.25) * 0.085;
        var patches = ValueNoise.Octaves(x, y, 11, 4, footprint, 3) * 0.09;
        var blades = ValueNoise.Octaves(x, y * 0.8, 0.45, 6, footprint, 11) * 0.12;
        var worn = Worn(x, y) * (0.6 + ValueNoise.Octaves(x, y, 1.6, 4, footprint, 23));
        var grass = new RgbColour(80, 122, 56) * (1 + stripe + patches + blades);
        grass = RgbColour.Mix(grass, new RgbColour(122, 116, 70) * (1 + blades), Math.Clamp(worn, 0, 0.75));
        if (outside > 2)
        {
            return grass * 0.9;
        }

        // Paint narrower than the pixel covers only its share of it.
        var width = PitchPlan.LineWidthM / 2;
        var off = PitchPlan.DistanceToLine(x, y);
        if (off > 1 + along)
        {
            return grass;
        }

        var (awayX, awayY) = (x - SyntheticRig.MastTop.X, y - SyntheticRig.MastTop.Y);
        var away = Math.Sqrt((awayX * awayX) + (awayY * awayY));
        var (stepX, stepY) = (awayX / away * 0.01, awayY / away * 0.01);
        var slopeAlong = Math.Abs(PitchPlan.DistanceToLine(x + stepX, y + stepY) - off) / 0.01;
        var slopeAcross = Math.Abs(PitchPlan.DistanceToLine(x - stepY, y + stepX) - off) / 0.01;
        var blur = Math.Max(0.01, ((slopeAcross * across) + (slopeAlong * along)) / 4);
        var paint = Math.Clamp((width + blur - off) / (2 * blur), 0, 1) * Math.Min(1, width / blur);
        return RgbColour.Mix(grass, Paint * (1 + (blades * 0.3)), paint);
    }

    /// <summary>The goal mouths, the spots and the centre are trodden bare.</summary>
    private static double Worn(double x, double y)
    {
        var mx = Math.Min(x, PitchPlan.LengthM - x);
        var dy = y - PitchPlan.CenterY;
        var mouth = Math.Exp(-(((mx - 2) * (mx - 2)) + (dy * dy * 0.35)) / 9) * 0.7;
        var centre = Math.Exp(-(((x - PitchPlan.CenterX) * (x - PitchPlan.CenterX)) + (dy * dy)) / 12) * 0.35;
        return mouth + centre;
    }

    private static RgbColour Sky(Vector3D direction)
    {
        var bearing = Math.Atan2(direction.X, direction.Y);
        var height = Math.Max(0, direction.Z);
        var cloud = ValueNoise.Octaves(bearing * 2, direction.Z * 6, 0.5, 6, 0.002, 41) + 0.35;
        var blue = RgbColour.Mix(new RgbColour(206, 218, 228), new RgbColour(120, 164, 214), Math.Clamp(height * 2.2, 0, 1));
        return RgbColour.Mix(blue, new RgbColour(240, 242, 244), Math.Clamp(cloud, 0, 0.9));
    }

    /// <summary>Upright walls: low hoardings close by, a fence with people behind it, then trees and houses.</summary>
    private static Surface[] Backdrops(Vector3D d)
    {
        var m = SyntheticRig.MastTop;
        return
        [
            new((PitchPlan.WidthM + 4.6 - m.Y) / d.Y, Wall.Hoarding, d, Side: false),
            new((-5.5 - m.X) / d.X, Wall.Hoarding, d, Side: true),
            new((PitchPlan.LengthM + 5.5 - m.X) / d.X, Wall.Hoarding, d, Side: true),
            new((PitchPlan.WidthM + 9 - m.Y) / d.Y, Wall.Stand, d, Side: false),
            new((-9 - m.X) / d.X, Wall.Fence, d, Side: true),
            new((PitchPlan.LengthM + 9 - m.X) / d.X, Wall.Fence, d, Side: true),
            new((PitchPlan.WidthM + 30 - m.Y) / d.Y, Wall.Trees, d, Side: false),
            new((-32 - m.X) / d.X, Wall.Trees, d, Side: true),
            new((PitchPlan.LengthM + 32 - m.X) / d.X, Wall.Trees, d, Side: true),
        ];
    }

    private RgbColour? Backdrop(Surface surface)
    {
        if (surface.Distance <= 0 || surface.Distance > 1000)
        {
            return null;
        }

        var point = SyntheticRig.MastTop + (surface.Direction * surface.Distance);
        var along = surface.Side ? point.Y + 1000 : point.X;
        if (surface.Side && (point.Y > PitchPlan.WidthM + 9 && surface.Wall != Wall.Trees || point.Y < -16))
        {
            return null;
        }

        var footprint = radiansPerPixel * surface.Distance;
        return surface.Wall switch
        {
            Wall.Hoarding => point.Z < HoardingHeight && (surface.Side || along is > 2 and < 103) ? Hoarding(along, point.Z, footprint) : null,
            Wall.Stand => Stand(along, point.Z, footprint),
            Wall.Fence => point.Z < FenceHeight ? Fence(along, point.Z, footprint) : null,
            _ => Trees(along, point.Z, footprint, surface.Side),
        };
    }

    /// <summary>Boards of 5 m, each with its own colours and lettering.</summary>
    private static RgbColour Hoarding(double along, double z, double footprint)
    {
        var board = (int)Math.Floor(along / 5);
        var x = along - (board * 5);
        var back = Hue(board, 301, 70, 150);
        var ink = ValueNoise.Cell(board, 5, 302) > 0.35 ? new RgbColour(238, 238, 232) : new RgbColour(24, 26, 34);
        // Letters: blocks 0.42 m wide on a coarse grid, different on each board.
        var (column, row) = ((int)Math.Floor(x / 0.14), (int)Math.Floor(z / 0.14));
        var letter = x is > 0.4 and < 4.5 && row is >= 1 and <= 5 && column % 4 != 0 && ValueNoise.Cell(column + (board * 97), row, 303) > 0.42;
        var edge = x < 0.08 || z > HoardingHeight - 0.06 ? 0.55 : 1;
        var fade = Math.Clamp(1.6 - (footprint / 0.14), 0.25, 1);
        return RgbColour.Mix(back, letter ? ink : back, fade) * edge;
    }

    /// <summary>A low stand with people in it, houses' fronts between its blocks.</summary>
    private static RgbColour? Stand(double along, double z, double footprint)
    {
        var block = (int)Math.Floor((along + 60) / 13);
        var height = 2.2 + (ValueNoise.Cell(block, 1, 401) * 3.2);
        var inBlock = ValueNoise.Cell(block, 2, 402) > 0.25;
        if (!inBlock)
        {
            return z < 1.6 ? Fence(along, z, footprint) : null;
        }

        if (z > height)
        {
            // The roof's edge, with struts.
            return z < height + 0.35 ? new RgbColour(92, 96, 104) * (0.8 + (0.4 * ValueNoise.Cell((int)Math.Floor(along / 1.3), 3, 403))) : null;
        }

        var row = (int)Math.Floor(z / 0.62);
        var seat = (int)Math.Floor((along / 0.55) + (row * 0.5));
        var (sx, sz) = ((along / 0.55) + (row * 0.5) - seat - 0.5, (z / 0.62) - row);
        var taken = ValueNoise.Cell(seat, row, 404 + block) > 0.38;
        var seatColour = RgbColour.Mix(Hue(block, 405, 60, 120), new RgbColour(60, 62, 68), sz < 0.15 ? 0.7 : 0.2);
        if (!taken || row == 0)
        {
            return seatColour * (0.85 + (0.2 * ValueNoise.At(along * 3, z * 3, 406)));
        }

        var head = (sx * sx * 0.3) + ((sz - 0.72) * (sz - 0.72) * 0.38) < 0.012;
        var body = Math.Abs(sx) < 0.33 && sz < 0.6;
        return head ? new RgbColour(196, 152, 122) * (0.6 + (0.5 * ValueNoise.Cell(seat, row, 407)))
            : body ? Hue(seat + (row * 131), 408, 40, 210)
            : seatColour * 0.75;
    }

    private static RgbColour Fence(double along, double z, double footprint)
    {
        var hedge = ValueNoise.Octaves(along, z * 1.2, 2.4, 6, footprint, 501);
        var green = new RgbColour(52, 78, 44) * (1 + (0.9 * hedge));
        var post = Math.Abs(along - (Math.Round(along / 3) * 3)) < 0.06 || Math.Abs(z - (FenceHeight - 0.1)) < 0.05 || Math.Abs(z - 1.1) < 0.035;
        return post ? new RgbColour(148, 152, 150) : green;
    }

    private static RgbColour? Trees(double along, double z, double footprint, bool side)
    {
        var salt = side ? 630 : 600;
        var crown = 7 + (7 * ValueNoise.Octaves(along, 0, 17, 5, footprint, salt)) + (1.0 * ValueNoise.At(along * 1.3, z * 1.3, salt + 7));
        if (House(along, z, salt) is { } house)
        {
            return house;
        }

        if (z > crown)
        {
            return null;
        }

        var leaves = ValueNoise.Octaves(along, z * 1.1, 4.2, 7, footprint, salt + 11);
        var kind = ValueNoise.At(along / 9, 0.5, salt + 13);
        var colour = RgbColour.Mix(new RgbColour(46, 70, 38), new RgbColour(98, 104, 50), kind);
        return colour * (0.75 + (0.05 * z) + (1.0 * leaves));
    }

    private static RgbColour? House(double along, double z, int salt)
    {
        var plot = (int)Math.Floor(along / 21);
        if (ValueNoise.Cell(plot, 3, salt) < 0.45)
        {
            return null;
        }

        var x = along - (plot * 21) - 5;
        var wall = 5.2 + (ValueNoise.Cell(plot, 4, salt) * 2);
        var roof = wall + 3 - Math.Abs(x - 5) * 0.55;
        if (x is < 0 or > 10 || z > Math.Max(wall, roof))
        {
            return null;
        }

        if (z > wall)
        {
            return RgbColour.Mix(new RgbColour(128, 62, 48), new RgbColour(88, 84, 88), ValueNoise.Cell(plot, 5, salt)) * (0.85 + (0.3 * ValueNoise.Cell((int)(x * 4), (int)(z * 5), salt)));
        }

        var window = (x % 2.5) is > 0.8 and < 1.9 && (z % 2.6) is > 0.9 and < 2.2;
        return window ? new RgbColour(58, 66, 82) : Hue(plot, salt + 6, 150, 225);
    }

    private static RgbColour Hue(int index, int salt, double low, double high) => new(
        low + ((high - low) * ValueNoise.Cell(index, 1, salt)),
        low + ((high - low) * ValueNoise.Cell(index, 2, salt)),
        low + ((high - low) * ValueNoise.Cell(index, 3, salt)));

    /// <summary>A square wave of period 2 between -1 and 1 whose edges are as soft as the footprint.</summary>
    private static double Soft(double phase, double footprint)
    {
        var distance = Math.Min(Math.Min(Math.Abs(phase), Math.Abs(phase - 1)), Math.Abs(phase - 2));
        return Math.Min(1, distance / Math.Max(0.02, footprint)) * (phase < 1 ? 1 : -1);
    }

    private enum Wall
    {
        Hoarding,
        Stand,
        Fence,
        Trees,
    }

    private readonly record struct Surface(double Distance, Wall Wall, Vector3D Direction, bool Side);
}
