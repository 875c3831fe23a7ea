using Rig.Engine.Configuration;

namespace Rig.Engine.Util;

/// <summary>
/// Type names in configuration, as <c>Namespace.Type, Assembly</c>. Names of Akka.NET's own types stand for the
/// engine's, so that one HOCON file serves both.
/// </summary>
internal static class TypeNames
{
    private const string Original = "Akka.";
    private const string Engine = "Rig.Engine.";

    /// <exception cref="ConfigurationException">There is no such type.</exception>
    public static Type Resolve(string name, string key) =>
        TryResolve(name) ?? throw new ConfigurationException($"{key} names type '{name}', which cannot be found. Write Namespace.Type, Assembly.");

    public static Type? TryResolve(string name)
    {
        var typeName = name.Split(',', 2)[0].Trim();
        if (typeName.StartsWith(Original, StringComparison.Ordinal))
            return typeof(TypeNames).Assembly.GetType(Engine + typeName[Original.Length..]);
        return Type.GetType(name) ?? typeof(TypeNames).Assembly.GetType(typeName);
    }

    public static bool Matches(string name, Type type) => TryResolve(name) == type;
}
