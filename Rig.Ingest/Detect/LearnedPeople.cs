using Rig.Domain.Match;
using Rig.Ingest.Detect.Learned;

namespace Rig.Ingest.Detect;

/// <summary>
/// People of the background detector and of the learned one in the same frame: who is in both is vouched for, of two who were one blob each gets
/// his own place, whom only the network sees is added, and whom it should see but does not is doubted.
/// </summary>
internal static class LearnedPeople
{
    private const double AddScoreMin = 0.4;

    /// <summary>Of a person's height; the network's boxes end somewhat above or below the feet.</summary>
    private const double AcrossMax = 0.4;
    private const double AlongMax = 0.35;

    /// <summary>Farther apart than this share of the height, the blob is not him alone.</summary>
    private const double BlobOffBy = 0.22;

    /// <summary>Of what is smaller the network misses some.</summary>
    private const double DoubtedFromPx = 32;
    private const double CoveredMax = 0.3;

    public static List<Person> Join(IReadOnlyList<Person> found, IReadOnlyList<LearnedBox> boxes, PitchView view, PanoramaFrame picture)
    {
        var seen = boxes.Where(box => box.Kind == LearnedKind.Person && IsPerson(box, view)).ToList();
        var costs = new double[found.Count, seen.Count];
        for (var row = 0; row < found.Count; row++)
        {
            for (var column = 0; column < seen.Count; column++)
            {
                costs[row, column] = Misfit(found[row], seen[column]);
            }
        }

        var given = Assignment.Solve(costs, 1);
        var people = new List<Person>();
        var used = new bool[seen.Count];
        for (var row = 0; row < found.Count; row++)
        {
            if (given[row] >= 0)
            {
                used[given[row]] = true;
                people.Add(Vouched(found[row], seen[given[row]], view));
            }
            else
            {
                people.Add(found[row] with { Vouched = MaySay(found[row], seen) ? false : null });
            }
        }

        var more = seen.Where((box, index) => !used[index] && box.Score >= AddScoreMin && !people.Exists(person => IsSame(person, box))).ToList();
        people.AddRange(more.Select(box => New(box, view, picture)).OfType<Person>());
        return people;
    }

    /// <summary>As tall as somebody who stands there, or crouches.</summary>
    private static bool IsPerson(LearnedBox box, PitchView view)
    {
        const double Crouching = 0.5, Jumping = 1.6;
        return view.TryToGround(box.CenterU, box.Bottom, out var x, out var y) && view.IsOnPitch(x, y)
            && view.PersonPx(box.CenterU, box.Bottom) is > 0 and var height && box.Height >= height * Crouching && box.Height <= height * Jumping;
    }

    private static double Misfit(Person person, LearnedBox box)
    {
        var (across, along) = ((person.FootU - box.CenterU) / (AcrossMax * person.Height), (person.FootV - box.Bottom) / (AlongMax * person.Height));
        return Math.Sqrt((across * across) + (along * along));
    }

    private static Person Vouched(Person person, LearnedBox box, PitchView view)
    {
        var boxed = person with { Left = box.Left, Top = box.Top, Width = box.Width, Height = box.Height, Fill = Math.Max(person.Fill, box.Score), Vouched = true };
        return Math.Abs(person.FootU - box.CenterU) > BlobOffBy * person.Height && view.TryToGround(box.CenterU, box.Bottom, out var x, out var y)
            ? boxed with { FootU = box.CenterU, FootV = box.Bottom, X = x, Y = y }
            : boxed;
    }

    /// <summary>Large enough for the network, and not behind somebody whom it sees.</summary>
    private static bool MaySay(Person person, List<LearnedBox> seen) =>
        person.Height >= DoubtedFromPx && !seen.Exists(box => box.Overlap(BoxOf(person)) > CoveredMax * person.Width * person.Height);

    private static bool IsSame(Person person, LearnedBox box)
    {
        var overlap = box.Overlap(BoxOf(person));
        return overlap > 0.6 * Math.Min(box.Area, person.Width * person.Height);
    }

    private static LearnedBox BoxOf(Person person) => new(LearnedKind.Person, person.Left, person.Top, person.Left + person.Width, person.Top + person.Height, 1);

    private static Person? New(LearnedBox box, PitchView view, PanoramaFrame picture) => view.TryToGround(box.CenterU, box.Bottom, out var x, out var y)
        ? new Person(box.CenterU, box.Bottom, box.Left, box.Top, box.Width, box.Height, x, y, box.Score, ShirtOf(box, picture), true)
        : null;

    /// <summary>Mean colour of the middle of the chest.</summary>
    private static Shirt ShirtOf(LearnedBox box, PanoramaFrame picture)
    {
        double sumY = 0, sumU = 0, sumV = 0;
        var count = 0;
        for (var y = (int)(box.Top + (box.Height * 0.2)); y < Math.Min(picture.Height, box.Top + (box.Height * 0.42)); y++)
        {
            for (var x = (int)(box.CenterU - (box.Width * 0.2)); x < Math.Min(picture.Width, box.CenterU + (box.Width * 0.2)); x++)
            {
                if (x >= 0 && y >= 0)
                {
                    var chroma = picture.ChromaIndex(x, y);
                    (sumY, sumU, sumV, count) = (sumY + picture.Y[(y * picture.Width) + x], sumU + picture.U[chroma], sumV + picture.V[chroma], count + 1);
                }
            }
        }

        return count == 0 ? new Shirt(128, 128, 128) : new Shirt(sumY / count, sumU / count, sumV / count);
    }
}
