using Akka.Remote;

namespace Rig.Actors.Hosting;

/// <summary>Reads the HOCON files that lie beside a program.</summary>
public static class RigConfig
{
    private const string EverySystem = "actors.conf";
    private const string ClusterSystems = "cluster.conf";

    private static readonly Lazy<Config[]> Modules = new(() =>
    [
        ConfigurationFactory.Default(),
        ConfigurationFactory.FromResource<RemoteActorRefProvider>("Akka.Remote.Configuration.Remote.conf"),
        ConfigurationFactory.FromResource<Cluster>("Akka.Cluster.Configuration.Cluster.conf"),
        ClusterSingleton.DefaultConfig(),
        DistributedPubSub.DefaultConfig(),
    ]);

    /// <param name="fileName">In the folder <c>hocon</c> beside the program.</param>
    /// <param name="system">The section of the file that is the system's configuration.</param>
    /// <param name="overrides">Keys and HOCON values laid over the file's.</param>
    /// <param name="references">Reference configurations of Akka.NET modules beyond Akka.Remote, Akka.Cluster and Akka.Cluster.Tools: keys that the file may hold too.</param>
    /// <returns>The overrides, over the file's section, over cluster.conf where the system is the cluster's, over actors.conf.</returns>
    /// <exception cref="FileNotFoundException">A file is not where the build laid it.</exception>
    /// <exception cref="InvalidDataException">A key of a file is unknown; the message names it and the nearest known one.</exception>
    public static Config Load(string fileName, string system, IEnumerable<KeyValuePair<string, string>> overrides, params IReadOnlyList<Config> references)
    {
        var config = Compose(fileName, Read(fileName), system, overrides, references);
        string[] shared = system == ClusterSystem.Name ? [ClusterSystems, EverySystem] : [EverySystem];
        foreach (var file in shared)
        {
            var below = ConfigurationFactory.ParseString(Read(file));
            Check(file, [new("", below)], references);
            config = config.WithFallback(below);
        }

        return config;
    }

    /// <summary>As <see cref="Load"/>, from the file's text and without the shared files.</summary>
    public static Config Compose(string fileName, string hocon, string system, IEnumerable<KeyValuePair<string, string>> overrides, params IReadOnlyList<Config> references)
    {
        var sections = ConfigurationFactory.ParseString(hocon).AsEnumerable().ToDictionary(entry => entry.Key, entry => entry.Value.ToConfig(), StringComparer.Ordinal);
        if (!sections.TryGetValue(system, out var section))
        {
            throw new InvalidDataException($"{fileName} has no section '{system}'. Write {system} {{ akka {{ ... }} }}.");
        }

        // All sections, not only the one asked for, so that a start shows every mistake at once.
        Check(fileName, sections.Select(each => KeyValuePair.Create(each.Key + ".", each.Value)), references);
        var over = string.Join('\n', overrides.Select(o => $"{o.Key} = {o.Value}"));
        return ConfigurationFactory.ParseString(over).WithFallback(section);
    }

    /// <summary>A text as HOCON writes it.</summary>
    public static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private static string Read(string fileName)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "hocon", fileName);
        return File.Exists(path) ? File.ReadAllText(path) : throw new FileNotFoundException($"{path} is missing. It belongs to the program; install it again.", path);
    }

    private static void Check(string fileName, IEnumerable<KeyValuePair<string, Config>> sections, IReadOnlyList<Config> references)
    {
        var known = references.Concat(Modules.Value).Aggregate((all, reference) => all.WithFallback(reference));
        var problems = sections.SelectMany(section => ConfigKeys.Unknown(section.Value, known, section.Key)).ToList();
        if (problems.Count > 0)
        {
            throw new InvalidDataException($"{fileName}: {string.Join(' ', problems)}");
        }
    }
}
