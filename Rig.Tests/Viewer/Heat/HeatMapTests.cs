using FsCheck.Xunit;
using Rig.Viewer.Heat;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer.Heat;

public sealed class HeatMapTests
{
    [Fact]
    public void One_moment_warms_its_cell_most_and_those_around_it_less_and_less()
    {
        var map = HeatMap.Of([new HeatPoint(1, 52.5, 34, GameEventType.Pass, 0)], 105, 68);
        Assert.Equal((0.5, 1.0), (map.Strongest, map.Cells[16][25]));
        Assert.Equal((Math.Exp(-1 / 4.0), Math.Exp(-2 / 4.0), Math.Exp(-4 / 4.0)), (map.Cells[16][26], map.Cells[17][26], map.Cells[18][25]));
        Assert.Equal((0.0, 0.0), (map.Cells[18][26], map.Cells[16][28]));
    }

    [Fact]
    public void A_goal_weighs_as_much_as_six_passes()
    {
        var map = HeatMap.Of([new HeatPoint(1, 10, 10, GameEventType.Goal, 0), .. Enumerable.Repeat(new HeatPoint(1, 90, 60, GameEventType.Pass, 0), 6)], 105, 68);
        Assert.Equal(2, map.Cells.SelectMany(row => row).Count(cell => cell > 0.999));
    }

    [Fact]
    public void Without_a_moment_nothing_is_warm()
    {
        var map = HeatMap.Of([], 105, 68);
        Assert.Equal((0.0, 0.0), (map.Strongest, map.Cells.Max(row => row.Max())));
    }

    [Property(MaxTest = 200)]
    public void The_grid_is_what_every_cell_by_itself_would_sum_up((byte X, byte Y, byte Type)[] moments)
    {
        var types = Enum.GetValues<GameEventType>();
        var points = moments.Select(moment => new HeatPoint(1, (moment.X * 0.5) - 10, (moment.Y * 0.4) - 10, types[moment.Type % types.Length], 0)).ToList();
        var map = HeatMap.Of(points, 105, 68);
        var slow = new double[HeatMap.Rows, HeatMap.Columns];
        for (var row = 0; row < HeatMap.Rows; row++)
        {
            for (var column = 0; column < HeatMap.Columns; column++)
            {
                foreach (var point in points)
                {
                    var dx = column - Math.Min(49, Math.Floor(Math.Max(0, point.X) * 50 / 105));
                    var dy = row - Math.Min(31, Math.Floor(Math.Max(0, point.Y) * 32 / 68));
                    slow[row, column] += Math.Sqrt((dx * dx) + (dy * dy)) <= 2 ? HeatMap.Weight(point.Type) * Math.Exp(-((dx * dx) + (dy * dy)) / (2 * 2)) : 0;
                }
            }
        }

        var strongest = slow.Cast<double>().Max();
        Assert.Equal(strongest, map.Strongest, precision: 9);
        for (var row = 0; row < HeatMap.Rows && strongest > 0; row++)
        {
            for (var column = 0; column < HeatMap.Columns; column++)
            {
                Assert.Equal(slow[row, column] / strongest, map.Cells[row][column], precision: 9);
            }
        }
    }
}
