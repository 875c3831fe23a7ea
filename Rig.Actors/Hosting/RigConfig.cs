namespace Rig.Actors.Hosting;

/// <summary>Reads the HOCON files that lie beside a program.</summary>
public static class RigConfig
{
    /// <param name="fileName">In the folder <c>hocon</c> beside the program.</param>
    /// <param name="system">The section of the file that is the system's configuration.</param>
    /// <param name="overrides">Keys and HOCON values laid over the file's.</param>
    /// <exception cref="FileNotFoundException">The file is not where the build laid it.</exception>
    public static Config Load(string fileName, string system, IEnumerable<KeyValuePair<string, string>> overrides)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "hocon", fileName);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path} is missing. It belongs to the program; install it again.", path);
        }

        return Compose(File.ReadAllText(path), system, overrides);
    }

    /// <summary>As <see cref="Load"/>, from the file's text.</summary>
    public static Config Compose(string hocon, string system, IEnumerable<KeyValuePair<string, string>> overrides)
    {
        var over = string.Join('\n', overrides.Select(o => $"{o.Key} = {o.Value}"));
        return ConfigurationFactory.ParseString(over).WithFallback(ConfigurationFactory.ParseString(hocon).GetConfig(system));
    }

    /// <summary>A text as HOCON writes it.</summary>
    public static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
