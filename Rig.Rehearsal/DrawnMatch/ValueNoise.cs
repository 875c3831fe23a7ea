namespace Rig.Rehearsal.DrawnMatch;

/// <summary>Smooth repeatable noise over the plane from hashed lattice points, values 0 to 1.</summary>
internal static class ValueNoise
{
    public static double Cell(int x, int y, int salt)
    {
        unchecked
        {
            var hash = ((uint)x * 0x9E3779B1u) ^ ((uint)y * 0x85EBCA77u) ^ ((uint)salt * 0xC2B2AE3Du);
            hash = (hash ^ (hash >> 15)) * 0x2C1B3C6Du;
            hash = (hash ^ (hash >> 12)) * 0x297A2D39u;
            return ((hash ^ (hash >> 15)) & 0xFFFFFF) / (double)0x1000000;
        }
    }

    public static double At(double x, double y, int salt)
    {
        var (column, row) = (Math.Floor(x), Math.Floor(y));
        var (fx, fy) = (Smooth(x - column), Smooth(y - row));
        var (i, j) = ((int)column, (int)row);
        var top = Cell(i, j, salt) + ((Cell(i + 1, j, salt) - Cell(i, j, salt)) * fx);
        var bottom = Cell(i, j + 1, salt) + ((Cell(i + 1, j + 1, salt) - Cell(i, j + 1, salt)) * fx);
        return top + ((bottom - top) * fy);
    }

    /// <summary>
    /// Octaves of noise around 0, from <paramref name="wavelength"/> downwards; what is finer than the pixel's footprint is left out,
    /// so that distant ground does not flicker between cameras.
    /// </summary>
    public static double Octaves(double x, double y, double wavelength, int octaves, double footprint, int salt)
    {
        var (sum, amplitude) = (0.0, 1.0);
        for (var octave = 0; octave < octaves && wavelength > footprint * 0.7; octave++)
        {
            var visible = Math.Min(1, (wavelength / footprint / 1.4) - 0.5);
            sum += (At(x / wavelength, y / wavelength, salt + octave) - 0.5) * amplitude * visible;
            amplitude *= 0.75;
            wavelength *= 0.45;
        }

        return sum;
    }

    private static double Smooth(double t) => t * t * (3 - (2 * t));
}
