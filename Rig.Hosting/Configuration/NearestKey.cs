namespace Rig.Hosting.Configuration;

/// <summary>Which known key somebody may have meant.</summary>
public static class NearestKey
{
    /// <summary>A question that names the nearest known key; empty where none is near.</summary>
    public static string Hint(string path, IEnumerable<string> known, string prefix)
    {
        var nearest = known.MinBy(candidate => Distance(path, candidate));
        return nearest is not null && Distance(path, nearest) <= Math.Max(2, path.Length / 5) ? $" Did you mean '{prefix}{nearest}'?" : "";
    }

    /// <summary>Levenshtein's distance: insertions, deletions and replacements that make one text the other.</summary>
    internal static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                row[j] = one[i - 1] == other[j - 1] ? diagonal : 1 + Math.Min(diagonal, Math.Min(row[j - 1], above));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
