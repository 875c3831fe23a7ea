using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Rig.Hosting.Configuration;

/// <summary>Finds keys of a configuration that nothing reads.</summary>
public static class OptionKeys
{
    /// <summary>One sentence for each key of <paramref name="section"/> that is no property of <paramref name="options"/>.</summary>
    public static IEnumerable<string> Unknown(IConfigurationSection section, Type options)
    {
        var properties = options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true }).ToList();
        foreach (var child in section.GetChildren())
        {
            var property = properties.Find(candidate => IsKeyOf(child.Key, candidate));
            if (property is null)
            {
                yield return Sentence(child.Path, properties.Select(candidate => $"{section.Path}:{candidate.Name}"));
            }
            else if (!IsLeaf(property.PropertyType))
            {
                foreach (var inner in Unknown(child, property.PropertyType))
                {
                    yield return inner;
                }
            }
        }
    }

    /// <summary>One sentence for each section that is not among those known.</summary>
    public static IEnumerable<string> Unknown(IEnumerable<IConfigurationSection> sections, IReadOnlyList<string> known) => sections
        .Where(section => !known.Contains(section.Path, StringComparer.OrdinalIgnoreCase))
        .Select(section => Sentence(section.Path, known));

    private static bool IsKeyOf(string key, PropertyInfo property) =>
        string.Equals(property.Name, key, StringComparison.OrdinalIgnoreCase)
        || string.Equals(property.GetCustomAttribute<FormerNameAttribute>()?.Name, key, StringComparison.OrdinalIgnoreCase);

    /// <summary>Lists and dictionaries take any name.</summary>
    private static bool IsLeaf(Type type) => type == typeof(string) || type.IsValueType || type.IsAssignableTo(typeof(IEnumerable));

    private static string Sentence(string path, IEnumerable<string> known) => $"'{path}' is no known key.{NearestKey.Hint(path, known, "")}";
}
