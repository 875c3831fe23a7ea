using Rig.Domain.Match;
using Rig.Ingest.Detect;

namespace Rig.Tests.Detect;

public sealed class TrackerTests
{
    private static readonly Shirt Red = new(80, 105, 200);
    private static readonly Shirt Blue = new(70, 190, 100);
    private static readonly PitchView View = new(TestGeometry.Create(), new DetectOptions());

    [Fact]
    public void Two_players_keep_their_numbers_when_they_cross()
    {
        var tracker = new Tracker(View);
        var (first, second) = (0, 0);
        for (var frame = 0; frame <= 40; frame++)
        {
            var x = frame * 0.5;
            var people = new List<Person> { At(40 + x, 30, Red) };
            // In the middle one hides the other.
            if (frame is < 18 or > 22)
            {
                people.Add(At(60 - x, 30.6, Blue));
            }

            tracker.Update(frame * 100, people);
            if (frame == 10)
            {
                (first, second) = (Nearest(tracker, 45), Nearest(tracker, 55));
            }
        }

        Assert.NotEqual(first, second);
        Assert.Equal((first, second), (Nearest(tracker, 60), Nearest(tracker, 40)));
    }

    [Fact]
    public void Somebody_unseen_is_carried_on_for_a_moment_and_then_left_out()
    {
        var tracker = new Tracker(View);
        for (var frame = 0; frame < 10; frame++)
        {
            tracker.Update(frame * 100, [At(40 + (frame * 0.4), 20, Red)]);
        }

        tracker.Update(1000, []);
        Assert.Equal(44, Assert.Single(tracker.Shown).Motion.X, 0.7);
        for (var frame = 11; frame < 20; frame++)
        {
            tracker.Update(frame * 100, []);
        }

        Assert.Empty(tracker.Shown);
    }

    [Fact]
    public void One_glimpse_is_nobody()
    {
        var tracker = new Tracker(View);
        tracker.Update(0, [At(30, 30, Red)]);
        tracker.Update(100, []);
        tracker.Update(200, [At(70, 30, Red)]);
        Assert.Empty(tracker.Shown);
    }

    [Fact]
    public void The_assignment_is_the_cheapest_there_is()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var costs = new double[random.Next(1, 6), random.Next(1, 6)];
            for (var row = 0; row < costs.GetLength(0); row++)
            {
                for (var column = 0; column < costs.GetLength(1); column++)
                {
                    costs[row, column] = random.NextDouble() * 15;
                }
            }

            const double Limit = 10;
            var given = Assignment.Solve(costs, Limit);
            Assert.Equal(given.Count(column => column >= 0), given.Where(column => column >= 0).Distinct().Count());
            var total = given.Select((column, row) => column >= 0 ? costs[row, column] : Limit).Sum();
            Assert.Equal(Cheapest(costs, 0, [], Limit), total, 1e-9);
        }
    }

    private static double Cheapest(double[,] costs, int row, HashSet<int> taken, double limit)
    {
        if (row == costs.GetLength(0))
        {
            return 0;
        }

        var best = limit + Cheapest(costs, row + 1, taken, limit);
        for (var column = 0; column < costs.GetLength(1); column++)
        {
            if (costs[row, column] < limit && taken.Add(column))
            {
                best = Math.Min(best, costs[row, column] + Cheapest(costs, row + 1, taken, limit));
                taken.Remove(column);
            }
        }

        return best;
    }

    private static int Nearest(Tracker tracker, double x) => tracker.Shown.MinBy(track => Math.Abs(track.Motion.X - x))!.Id;

    private static Person At(double x, double y, Shirt shirt) => new(0, 0, 0, 0, 1, 1, x, y, 1, shirt);
}

internal static class TestGeometry
{
    /// <summary>A rig 7 m up, 10 m behind the middle of the near touchline.</summary>
    public static PanoramaGeometry Create(int width = 3000, int height = 900, double focalPx = 1000) => new()
    {
        Width = width,
        Height = height,
        FocalPx = focalPx,
        CenterColumn = (width - 1) / 2.0,
        HorizonRow = height * 0.15,
        Pitch = new PitchRegistration(105, 68, 52.5, -10, 7, [1, 0, 0, 0, 0, 1, 0, -1, 0], 0, "points"),
    };
}
