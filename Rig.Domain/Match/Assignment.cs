namespace Rig.Domain.Match;

/// <summary>The Hungarian method in its shortest-augmenting-path form (Jonker and Volgenant, 1987), O(n^2 m).</summary>
public static class Assignment
{
    /// <returns>For each row the column it gets, or -1 where every column it could have costs <paramref name="limit"/> or more.</returns>
    public static int[] Solve(double[,] costs, double limit)
    {
        var (rows, real) = (costs.GetLength(0), costs.GetLength(1));
        // Each row may also stay alone, in a column of its own, at the limit's price.
        var columns = real + rows;
        var (rowPrice, columnPrice) = (new double[rows + 1], new double[columns + 1]);
        var (owner, way) = (new int[columns + 1], new int[columns + 1]);
        for (var row = 1; row <= rows; row++)
        {
            owner[0] = row;
            var column = 0;
            var least = new double[columns + 1];
            var used = new bool[columns + 1];
            Array.Fill(least, double.PositiveInfinity);
            do
            {
                used[column] = true;
                var (next, delta) = (0, double.PositiveInfinity);
                for (var candidate = 1; candidate <= columns; candidate++)
                {
                    if (used[candidate])
                    {
                        continue;
                    }

                    var cost = candidate <= real ? costs[owner[column] - 1, candidate - 1] : candidate - real == owner[column] ? limit : limit * 1e3;
                    var reduced = Math.Min(cost, limit * 1e3) - rowPrice[owner[column]] - columnPrice[candidate];
                    if (reduced < least[candidate])
                    {
                        (least[candidate], way[candidate]) = (reduced, column);
                    }

                    if (least[candidate] < delta)
                    {
                        (next, delta) = (candidate, least[candidate]);
                    }
                }

                for (var candidate = 0; candidate <= columns; candidate++)
                {
                    if (used[candidate])
                    {
                        rowPrice[owner[candidate]] += delta;
                        columnPrice[candidate] -= delta;
                    }
                    else
                    {
                        least[candidate] -= delta;
                    }
                }

                column = next;
            }
            while (owner[column] != 0);

            for (; column != 0; column = way[column])
            {
                owner[column] = owner[way[column]];
            }
        }

        var result = new int[rows];
        Array.Fill(result, -1);
        for (var column = 1; column <= real; column++)
        {
            if (owner[column] > 0 && costs[owner[column] - 1, column - 1] < limit)
            {
                result[owner[column] - 1] = column - 1;
            }
        }

        return result;
    }
}
