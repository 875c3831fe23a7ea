using Rig.Domain.Match;

namespace Rig.Rehearsal.Truth;

/// <summary>
/// IDF1 (Ristani and others 2016): each real person is given the one track that is near him in most frames, no track twice; the score is
/// the share of all sightings, real and tracked, that such pairs explain.
/// </summary>
internal sealed class IdentityScore
{
    private readonly Dictionary<(int Person, int Track), int> together = [];
    private readonly Dictionary<int, int> people = [];
    private readonly Dictionary<int, int> tracks = [];

    /// <summary>One frame; places in metres.</summary>
    public void Add(IEnumerable<(int Id, double X, double Y)> real, IEnumerable<(int Id, double X, double Y)> found)
    {
        var tracked = found.ToList();
        tracked.ForEach(track => tracks[track.Id] = tracks.GetValueOrDefault(track.Id) + 1);
        foreach (var person in real)
        {
            people[person.Id] = people.GetValueOrDefault(person.Id) + 1;
            foreach (var track in tracked)
            {
                var (dx, dy) = (person.X - track.X, person.Y - track.Y);
                if ((dx * dx) + (dy * dy) <= TruthScore.MatchM * TruthScore.MatchM)
                {
                    together[(person.Id, track.Id)] = together.GetValueOrDefault((person.Id, track.Id)) + 1;
                }
            }
        }
    }

    /// <returns>0 to 1; 0 where there was nothing.</returns>
    public double Idf1()
    {
        var (rows, columns) = (people.Keys.ToList(), tracks.Keys.ToList());
        var most = together.Values.DefaultIfEmpty(0).Max();
        var costs = new double[rows.Count, columns.Count];
        for (var row = 0; row < rows.Count; row++)
        {
            for (var column = 0; column < columns.Count; column++)
            {
                costs[row, column] = most - together.GetValueOrDefault((rows[row], columns[column]));
            }
        }

        var match = most == 0 ? [] : Assignment.Solve(costs, most - 0.5);
        var right = match.Select((column, row) => column < 0 ? 0 : together.GetValueOrDefault((rows[row], columns[column]))).Sum();
        var all = people.Values.Sum() + tracks.Values.Sum();
        return all == 0 ? 0 : 2.0 * right / all;
    }
}
