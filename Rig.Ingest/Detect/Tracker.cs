using Rig.Domain.Match;

namespace Rig.Ingest.Detect;

/// <summary>One person followed over time.</summary>
internal sealed class Track(int id, Person first, Kalman motion, long timeMs)
{
    public int Id => id;

    public Kalman Motion => motion;

    public Person Last { get; set; } = first;

    public Shirt Shirt { get; set; } = first.Shirt;

    public long SeenMs { get; set; } = timeMs;

    public int Sightings { get; set; } = 1;

    public bool Confirmed { get; set; }

    /// <summary>When the learned detector saw him last; null where it never did.</summary>
    public long? VouchedMs { get; set; }

    /// <summary>Looks of the learned detector in a row that saw nobody where he is.</summary>
    public int Doubts { get; set; }
}

/// <summary>
/// Gives each person a number that stays: constant-velocity Kalman filters on the ground, matched to each frame's people by the
/// Hungarian method over distance and shirt colour.
/// </summary>
internal sealed class Tracker(PitchView view)
{
    /// <summary>Carried on unseen for this long in the output...</summary>
    public const long ShownUnseenMs = 500;

    /// <summary>...and remembered for this long, so that somebody who comes out of a crowd is himself again.</summary>
    private const long RememberedMs = 2000;
    private const int SightingsToConfirm = 3;
    private const double MisfitMax = 16;
    private const double ShirtScale = 30;

    /// <summary>Where the learned detector looks this often and sees nobody, there is nobody.</summary>
    private const int DoubtsMax = 3;

    /// <summary>Somebody whom only the learned detector sees is carried on from look to look, if they are not farther apart than this.</summary>
    private const long LooksApartMsMax = 1200;
    private readonly List<Track> tracks = [];
    private long lookedMs = long.MinValue;
    private long looksApartMs;
    private long lastMs = long.MinValue;
    private int nextId = 1;

    /// <summary>Confirmed tracks that are seen or were a moment ago.</summary>
    public IEnumerable<Track> Shown => tracks.Where(track => track.Confirmed && track.Doubts < DoubtsMax && lastMs - track.SeenMs <= Math.Max(ShownUnseenMs, UntilNextLookMs(track)));

    /// <param name="looked">Whether the learned detector looked at this frame.</param>
    public void Update(long timeMs, IReadOnlyList<Person> people, bool looked = false)
    {
        if (looked)
        {
            looksApartMs = lookedMs == long.MinValue ? 0 : Math.Min(LooksApartMsMax, timeMs - lookedMs);
            lookedMs = timeMs;
        }

        var seconds = lastMs == long.MinValue ? 0 : (timeMs - lastMs) / 1000.0;
        lastMs = timeMs;
        var noises = people.Select(Noise).ToArray();
        foreach (var track in tracks)
        {
            track.Motion.Predict(seconds);
        }

        var given = Match(people, noises);
        var taken = new bool[people.Count];
        for (var index = 0; index < tracks.Count; index++)
        {
            if (given[index] >= 0)
            {
                taken[given[index]] = true;
                See(tracks[index], people[given[index]], noises[given[index]], timeMs);
            }
        }

        tracks.RemoveAll(track => timeMs - track.SeenMs > (track.Confirmed ? RememberedMs : Math.Max(300, UntilNextLookMs(track))) || !view.IsOnPitch(track.Motion.X, track.Motion.Y, 2));
        for (var index = 0; index < people.Count; index++)
        {
            if (!taken[index])
            {
                var track = new Track(nextId++, people[index], new Kalman(people[index].X, people[index].Y, noises[index]), timeMs);
                tracks.Add(track);
                Vouch(track, people[index], timeMs);
            }
        }
    }

    private static void See(Track track, Person person, Symmetric noise, long timeMs)
    {
        track.Motion.Correct(person.X, person.Y, noise);
        track.Last = person;
        track.SeenMs = timeMs;
        track.Sightings++;
        Vouch(track, person, timeMs);
        track.Confirmed |= track.Sightings >= SightingsToConfirm;
        var weight = Math.Max(0.05, 1.0 / track.Sightings);
        track.Shirt = new Shirt(
            track.Shirt.Y + ((person.Shirt.Y - track.Shirt.Y) * weight),
            track.Shirt.U + ((person.Shirt.U - track.Shirt.U) * weight),
            track.Shirt.V + ((person.Shirt.V - track.Shirt.V) * weight));
    }

    /// <summary>What the learned detector sees as well is worth another sighting.</summary>
    private static void Vouch(Track track, Person person, long timeMs)
    {
        if (person.Vouched is { } vouched)
        {
            track.Doubts = vouched ? 0 : track.Doubts + 1;
            track.VouchedMs = vouched ? timeMs : track.VouchedMs;
            track.Sightings += vouched ? 1 : 0;
        }
    }

    /// <summary>How long somebody whom the last look saw is carried on; 0 for others.</summary>
    private long UntilNextLookMs(Track track) => track.VouchedMs is { } seen && seen >= lookedMs - looksApartMs ? looksApartMs * 3 / 2 : 0;

    private int[] Match(IReadOnlyList<Person> people, Symmetric[] noises)
    {
        var costs = new double[tracks.Count, people.Count];
        for (var row = 0; row < tracks.Count; row++)
        {
            var track = tracks[row];
            for (var column = 0; column < people.Count; column++)
            {
                var shirt = people[column].Shirt.DistanceTo(track.Shirt) / ShirtScale;
                costs[row, column] = track.Motion.Misfit(people[column].X, people[column].Y, noises[column]) + Math.Min(9, shirt * shirt * 4) + (track.Confirmed ? 0 : 1);
            }
        }

        return Assignment.Solve(costs, MisfitMax);
    }

    /// <summary>Feet are found to within a pixel or so; upwards a pixel is worth more metres the farther away they are.</summary>
    private Symmetric Noise(Person person)
    {
        var (x, y) = view.Sight(person.X, person.Y);
        var along = 0.2 + (1.2 * view.DepthPerPixel(person.X, person.Y));
        var across = 0.15 + (1.2 * view.MetresPerPixel(person.X, person.Y));
        return Symmetric.Along(x, y, along, across);
    }
}
