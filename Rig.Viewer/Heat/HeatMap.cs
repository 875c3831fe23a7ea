using Rig.Viewer.Storage;

namespace Rig.Viewer.Heat;

/// <summary>A moment with its place, metres from the pitch's near left corner.</summary>
internal sealed record HeatPoint(int GameId, double X, double Y, GameEventType Type, double Seconds);

/// <summary>Where things happened: every moment warms the cells around its own, by how much it weighs.</summary>
internal sealed class HeatMap
{
    public const int Columns = 50;
    public const int Rows = 32;

    /// <summary>In cells. What a moment gives falls off as exp(-d^2 / (2 Radius)).</summary>
    public const int Radius = 2;

    /// <summary>Below it a picture says more about chance than about play.</summary>
    public const int FewPoints = 20;

    private HeatMap(double[][] cells, IReadOnlyList<HeatPoint> points, double strongest) => (Cells, Points, Strongest) = (cells, points, strongest);

    /// <summary>Row by row from the near touchline, 0 to 1, the warmest cell being 1.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Cells { get; }

    public IReadOnlyList<HeatPoint> Points { get; }

    /// <summary>What the warmest cell weighs; 0 without points.</summary>
    public double Strongest { get; }

    /// <param name="lengthM">Of the pitch; a point beyond its lines counts at the line.</param>
    public static HeatMap Of(IReadOnlyList<HeatPoint> points, double lengthM, double widthM)
    {
        var cells = Enumerable.Range(0, Rows).Select(_ => new double[Columns]).ToArray();
        foreach (var point in points)
        {
            var (column, row) = (Cell(point.X, lengthM, Columns), Cell(point.Y, widthM, Rows));
            for (var y = Math.Max(0, row - Radius); y <= Math.Min(Rows - 1, row + Radius); y++)
            {
                for (var x = Math.Max(0, column - Radius); x <= Math.Min(Columns - 1, column + Radius); x++)
                {
                    var squared = ((x - column) * (x - column)) + ((y - row) * (y - row));
                    if (squared <= Radius * Radius)
                    {
                        cells[y][x] += Weight(point.Type) * Math.Exp(-squared / (2.0 * Radius));
                    }
                }
            }
        }

        var strongest = cells.Max(row => row.Max());
        foreach (var row in cells.Where(_ => strongest > 0))
        {
            for (var x = 0; x < Columns; x++)
            {
                row[x] /= strongest;
            }
        }

        return new HeatMap(cells, points, strongest);
    }

    public static double Weight(GameEventType type) => type switch
    {
        GameEventType.Goal => 3,
        GameEventType.Save or GameEventType.SaveDiving or GameEventType.SaveReflex => 2.5,
        GameEventType.Shot or GameEventType.ShotOnTarget or GameEventType.Assist => 2,
        GameEventType.Tackle or GameEventType.Interception => 1.5,
        GameEventType.Pass => 0.5,
        _ => 1,
    };

    private static int Cell(double metres, double sizeM, int cells) => Math.Clamp((int)(metres / sizeM * cells), 0, cells - 1);
}
