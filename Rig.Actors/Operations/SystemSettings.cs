namespace Rig.Actors.Operations;

/// <summary>What an operator sees of the settings of actor systems, and sets of them.</summary>
public static class SystemSettings
{
    /// <summary>Every value of their configuration, below the system's name.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Settings(this IEnumerable<ActorSystem> systems) =>
        systems.SelectMany(system => Leaves(system.Settings.Config, system.Name + "."));

    /// <summary>What is below a system's own level never reaches the log.</summary>
    /// <param name="level">debug, info, warning or error.</param>
    public static void SetLogLevel(this IEnumerable<ActorSystem> systems, string level)
    {
        foreach (var system in systems)
        {
            system.EventStream.SetLogLevel(Logging.LogLevelFor(level.ToUpperInvariant()));
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Leaves(Config section, string prefix) => section.AsEnumerable().SelectMany(entry =>
        entry.Value.IsObject() ? Leaves(entry.Value.ToConfig(), $"{prefix}{entry.Key}.") : [KeyValuePair.Create(prefix + entry.Key, entry.Value.ToString())]);
}
