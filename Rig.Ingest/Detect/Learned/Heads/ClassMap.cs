namespace Rig.Ingest.Detect.Learned;

/// <summary>Which of a network's classes are people and which are balls, and from which score on they count.</summary>
internal sealed class ClassMap(IReadOnlyList<int> people, IReadOnlyList<int> balls)
{
    /// <summary>Found by trial with YOLOX-nano on real footage.</summary>
    public const double PersonScoreMin = 0.3;
    public const double BallScoreMin = 0.25;

    /// <summary>Of COCO, on which most published networks are trained.</summary>
    private const int CocoClasses = 80;
    private const int CocoPerson = 0;
    private const int CocoSportsBall = 32;

    private static readonly string[] PersonNames = ["person", "people", "player", "players", "goalkeeper", "keeper", "referee"];
    private static readonly string[] BallNames = ["ball", "sports ball", "football", "soccer ball"];

    public IReadOnlyList<int> People => people;

    public IReadOnlyList<int> Balls => balls;

    public int Highest => people.Concat(balls).DefaultIfEmpty(-1).Max();

    /// <param name="people">As configured; empty: by the network's names, else by COCO's order.</param>
    /// <param name="names">The network's own by number; empty where its file has none.</param>
    /// <param name="classes">How many its output has; null where it does not say.</param>
    /// <exception cref="ModelException">Nothing says which class is a person.</exception>
    public static ClassMap Of(IReadOnlyList<int> people, IReadOnlyList<int> balls, IReadOnlyDictionary<int, string> names, int? classes)
    {
        ClassMap map = people.Count + balls.Count > 0 ? new(people, balls)
            : names.Count > 0 ? new(Named(names, PersonNames), Named(names, BallNames))
            : classes == CocoClasses ? new([CocoPerson], [CocoSportsBall])
            : new([], []);
        if (map.Highest < 0)
        {
            var has = names.Count > 0 ? $"names its classes {string.Join(", ", names.Values.Take(8))}" : $"has {(classes is { } count ? $"{count}" : "unnamed")} classes without names";
            throw new ModelException($"It {has}, and none is known to be a person or a ball; say which in Rig:Detect:PersonClasses and Rig:Detect:BallClasses, such as 0.");
        }

        return classes is { } number && map.Highest >= number
            ? throw new ModelException($"It has {number} classes, counted from 0; there is no class {map.Highest} (Rig:Detect:PersonClasses, Rig:Detect:BallClasses).")
            : map;
    }

    private static int[] Named(IReadOnlyDictionary<int, string> names, string[] wanted) =>
        [.. names.Where(name => wanted.Contains(name.Value.Trim(), StringComparer.OrdinalIgnoreCase)).Select(name => name.Key).Order()];

    /// <summary>The best scores of a row whose classes begin at <paramref name="first"/>, <paramref name="stride"/> apart, times <paramref name="factor"/>.</summary>
    /// <returns>Null where neither reaches its threshold.</returns>
    public (LearnedKind Kind, double Score)? Best(ReadOnlySpan<float> values, int first, int stride, double factor)
    {
        var (person, ball) = (0.0, 0.0);
        foreach (var index in people)
        {
            person = Math.Max(person, values[first + (index * stride)] * factor);
        }

        foreach (var index in balls)
        {
            ball = Math.Max(ball, values[first + (index * stride)] * factor);
        }

        return person >= PersonScoreMin && person >= ball ? (LearnedKind.Person, person)
            : ball >= BallScoreMin ? (LearnedKind.Ball, ball)
            : null;
    }

    /// <returns>Null where the class is neither, or the score too low.</returns>
    public LearnedKind? KindOf(int index, double score) =>
        people.Contains(index) && score >= PersonScoreMin ? LearnedKind.Person : balls.Contains(index) && score >= BallScoreMin ? LearnedKind.Ball : null;
}
