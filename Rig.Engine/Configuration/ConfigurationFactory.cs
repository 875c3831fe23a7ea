using System.Reflection;
using Rig.Engine.Configuration.Hocon;

namespace Rig.Engine.Configuration;

/// <summary>Where configurations come from.</summary>
public class ConfigurationFactory
{
    private const string ReferenceFile = "reference.conf";
    private const string FileVariable = "HOCON_FILE";
    private const string ProgramFile = "akka.hocon";

    private static readonly Lazy<Config> Reference = new(() => FromResource(ReferenceFile, typeof(ConfigurationFactory).Assembly));

    public static Config Empty => Config.Empty;

    /// <param name="hocon">The text. Includes are files relative to the program's working folder.</param>
    /// <exception cref="ConfigurationException">Names line and column of what is wrong.</exception>
    public static Config ParseString(string hocon) => Make(HoconParser.Parse(hocon, "configuration", name => FromFile(name)));

    /// <summary>The file that the variable HOCON_FILE names, else akka.hocon beside the program, else nothing.</summary>
    public static Config Load()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
            return Make(FromFile(file) ?? throw new ConfigurationException($"{FileVariable} names '{file}', which does not exist."));
        return Make(FromFile(Path.Combine(AppContext.BaseDirectory, ProgramFile)) ?? HoconObject.Empty);
    }

    /// <summary>The engine's defaults: hocon/reference.conf, carried in the assembly.</summary>
    public static Config Default() => Reference.Value;

    /// <param name="resourceName">The whole name of the resource, or its end.</param>
    /// <param name="assembly">Where it is.</param>
    public static Config FromResource(string resourceName, Assembly assembly) =>
        Make(ReadResource(resourceName, assembly) ?? throw new ConfigurationException($"{assembly.GetName().Name} has no resource '{resourceName}'."));

    public static Config FromResource<TAssembly>(string resourceName) => FromResource(resourceName, typeof(TAssembly).Assembly);

    /// <summary>A file with its includes, which are relative to the file that includes them.</summary>
    private static HoconObject? FromFile(string path)
    {
        if (!File.Exists(path))
            return null;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return HoconParser.Parse(File.ReadAllText(path), Path.GetFileName(path), name => FromFile(Path.Combine(folder, name)));
    }

    private static HoconObject? ReadResource(string name, Assembly assembly)
    {
        var full = assembly.GetManifestResourceNames().FirstOrDefault(each => each == name || each.EndsWith("." + name, StringComparison.Ordinal));
        if (full is null)
            return null;
        using var reader = new StreamReader(assembly.GetManifestResourceStream(full)!);
        return HoconParser.Parse(reader.ReadToEnd(), name, included => ReadResource(included, assembly));
    }

    private static Config Make(HoconObject root) => new(root, "", Environment.GetEnvironmentVariable);
}
