using Rig.Hosting.Configuration;

namespace Rig.Actors.Hosting;

/// <summary>Finds misspelled keys: compares a program's HOCON with Akka.NET's reference configuration.</summary>
public static class ConfigKeys
{
    /// <summary>Sections whose keys are free names.</summary>
    private static readonly string[] Open =
    [
        "akka.actor.serializers", "akka.actor.serialization-bindings", "akka.actor.serialization-identifiers", "akka.coordinated-shutdown.phases",
    ];

    /// <summary>One sentence for each key of <paramref name="given"/> that <paramref name="known"/> lacks, with the nearest one that is known.</summary>
    /// <param name="prefix">Where <paramref name="given"/> stands in its file, with a dot at the end, or empty.</param>
    public static IEnumerable<string> Unknown(Config given, Config known, string prefix)
    {
        var paths = new Lazy<List<string>>(() => [.. Paths(known, "")]);
        return Strange(given, known, "").Select(path => $"'{prefix}{path}' is no known key.{NearestKey.Hint(path, paths.Value, prefix)}");
    }

    /// <param name="path">Where both stand, with a dot at the end, or empty.</param>
    private static IEnumerable<string> Strange(Config given, Config known, string path)
    {
        var sections = known.AsEnumerable().ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        foreach (var (key, value) in given.AsEnumerable())
        {
            var here = path + key;
            if (!sections.TryGetValue(key, out var section) || value.IsObject() != section.IsObject())
            {
                yield return here;
            }
            else if (value.IsObject() && !Open.Contains(here))
            {
                foreach (var inner in Strange(value.ToConfig(), section.ToConfig(), here + "."))
                {
                    yield return inner;
                }
            }
        }
    }

    private static IEnumerable<string> Paths(Config section, string path) => section.AsEnumerable().SelectMany(entry =>
        entry.Value.IsObject() ? Paths(entry.Value.ToConfig(), $"{path}{entry.Key}.").Prepend(path + entry.Key) : [path + entry.Key]);
}
