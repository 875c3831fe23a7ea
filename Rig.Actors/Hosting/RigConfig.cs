namespace Rig.Actors.Hosting;

/// <summary>Reads the HOCON files that lie beside a program.</summary>
public static class RigConfig
{
    private const string ReferenceFile = "reference.conf";

    /// <param name="fileName">In the folder <c>hocon</c> beside the program.</param>
    /// <param name="system">The section of the file that is the system's configuration.</param>
    /// <param name="overrides">Keys and HOCON values laid over the file's.</param>
    /// <exception cref="FileNotFoundException">The file is not where the build laid it.</exception>
    /// <exception cref="InvalidDataException">A key of the file is unknown; the message names it and the nearest known one.</exception>
    public static Config Load(string fileName, string system, IEnumerable<KeyValuePair<string, string>> overrides)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "hocon", fileName);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path} is missing. It belongs to the program; install it again.", path);
        }

        return Compose(fileName, File.ReadAllText(path), system, overrides);
    }

    /// <summary>As <see cref="Load"/>, from the file's text.</summary>
    public static Config Compose(string fileName, string hocon, string system, IEnumerable<KeyValuePair<string, string>> overrides)
    {
        var file = ConfigurationFactory.ParseString(hocon);
        Check(fileName, file, system);
        var over = string.Join('\n', overrides.Select(o => $"{o.Key} = {o.Value}"));
        return ConfigurationFactory.ParseString(over).WithFallback(file.GetConfig(system));
    }

    /// <summary>A text as HOCON writes it.</summary>
    public static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    /// <summary>All sections, not only the one asked for, so that a start shows every mistake at once.</summary>
    private static void Check(string fileName, Config file, string system)
    {
        var sections = file.AsEnumerable().ToDictionary(entry => entry.Key, entry => entry.Value.ToConfig(), StringComparer.Ordinal);
        if (!sections.ContainsKey(system))
        {
            throw new InvalidDataException($"{fileName} has no section '{system}'. Write {system} {{ akka {{ ... }} }}.");
        }

        var known = Known();
        var problems = sections.SelectMany(section => ConfigKeys.Unknown(Checked(section.Value), known, section.Key + ".")).ToList();
        if (problems.Count > 0)
        {
            throw new InvalidDataException($"{fileName}: {string.Join(' ', problems)} hocon/{ReferenceFile} lists them all.");
        }
    }

#if ENGINE_AKKA
    // Akka.NET has many more keys than hocon/reference.conf lists, so its section is not looked into.
    private static Config Known() => "akka {}";

    private static Config Checked(Config section) => string.Join('\n', section.AsEnumerable().Select(entry => entry.Key == "akka" ? "akka {}" : $"{Quote(entry.Key)} = {(entry.Value.IsObject() ? "{}" : "set")}"));
#else
    private static Config Known() => ConfigurationFactory.Default();

    private static Config Checked(Config section) => section;
#endif
}
