using System.Globalization;
using Rig.Domain.Match;

namespace Rig.Ingest.Clips;

/// <summary>Which moments become clips and what they are called.</summary>
internal static class ClipPlan
{
    private const double BeforeSeconds = 6;
    private const double AfterSeconds = 5;
    private const double MinConfidence = 0.5;

    /// <summary>Titles by event type; an event of another type gets no clip.</summary>
    private static readonly Dictionary<string, string> Titles = new() { ["goal"] = "Goal", ["shot"] = "Shot" };

    /// <returns>In order of time, names unique and of the publish API's form.</returns>
    public static IReadOnlyList<ClipInfo> Plan(IReadOnlyList<MatchEvent> events, double durationSeconds)
    {
        var clips = new List<ClipInfo>();
        var names = new HashSet<string>();
        foreach (var e in events.Where(e => e.Confidence >= MinConfidence && Titles.ContainsKey(e.Type)).OrderBy(e => e.TimestampSeconds))
        {
            var second = (int)e.TimestampSeconds;
            var stem = string.Create(CultureInfo.InvariantCulture, $"{e.Type}-{second / 60:00}{second % 60:00}");
            var name = stem;
            for (var n = 2; !names.Add(name); n++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{stem}-{n}");
            }

            clips.Add(new ClipInfo(
                name + ".mp4",
                name + ".jpg",
                string.Create(CultureInfo.InvariantCulture, $"{Titles[e.Type]} {second / 60}:{second % 60:00}"),
                e.Type,
                Math.Max(0, e.TimestampSeconds - BeforeSeconds),
                Math.Min(durationSeconds, e.TimestampSeconds + AfterSeconds),
                e.TimestampSeconds));
        }

        return clips;
    }

    /// <summary>Where the camera looks at an instant: the follow path, interpolated.</summary>
    public static FollowKey LookAt(IReadOnlyList<FollowKey> path, double tSeconds) => FollowTrack.At(path, tSeconds);
}
