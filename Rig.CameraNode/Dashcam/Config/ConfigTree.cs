using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Rig.Hosting.Configuration;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Rig.CameraNode.Dashcam.Config;

/// <summary>Lays a YAML tree over an object of settings, section by section, so that a section with one key keeps the defaults of its others.</summary>
internal static class ConfigTree
{
    private const int MaxListed = 1000;

    /// <param name="path">Of the node, such as <c>upload.</c>; empty at the root.</param>
    internal static void Lay(YamlNode node, object settings, string path, List<string> errors)
    {
        if (IsNothing(node))
        {
            return;
        }

        if (node is not YamlMappingNode mapping)
        {
            errors.Add(path.Length == 0 ? "The file is to hold keys with values, such as 'upload:'." : $"'{path.TrimEnd('.')}' is to hold keys with values, and does not.");
            return;
        }

        var properties = settings.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).ToDictionary(Key);
        foreach (var (keyNode, value) in mapping.Children)
        {
            var key = keyNode is YamlScalarNode { Value: { } text } ? text : "?";
            if (!properties.TryGetValue(key, out var property))
            {
                errors.Add($"'{path}{key}' is no known key.{NearestKey.Hint(path + key, properties.Keys.Select(known => path + known), "")}");
            }
            else if (property.SetMethod is null)
            {
                Lay(value, property.GetValue(settings)!, $"{path}{key}.", errors);
            }
            else if (!IsNothing(value))
            {
                Set(property, settings, value, path + key, errors);
            }
        }
    }

    internal static string Key(PropertyInfo property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

    private static void Set(PropertyInfo property, object settings, YamlNode value, string path, List<string> errors)
    {
        if (property.PropertyType == typeof(IReadOnlyList<string>))
        {
            if (value is YamlSequenceNode { Children.Count: <= MaxListed } list && list.All(item => item is YamlScalarNode))
            {
                property.SetValue(settings, list.Select(item => ((YamlScalarNode)item).Value ?? "").ToArray());
            }
            else
            {
                errors.Add($"'{path}' is to be a list, such as [one, two].");
            }

            return;
        }

        if (value is not YamlScalarNode { Value: { } text })
        {
            errors.Add($"'{path}' is to be one value, not a list or a section.");
        }
        else if (Convert(text, property.PropertyType) is { } converted)
        {
            property.SetValue(settings, converted);
        }
        else
        {
            errors.Add($"'{path}' is to be {Wanted(property.PropertyType)}, not '{text}'.");
        }
    }

    private static object? Convert(string text, Type type)
    {
        const NumberStyles Signed = NumberStyles.AllowLeadingSign;
        return type == typeof(string) ? text
            : type == typeof(int) ? int.TryParse(text, Signed, CultureInfo.InvariantCulture, out var i) ? i : null
            : type == typeof(long) ? long.TryParse(text, Signed, CultureInfo.InvariantCulture, out var l) ? l : null
            : type == typeof(double) ? double.TryParse(text, Signed | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var d) && double.IsFinite(d) ? d : null
            : type == typeof(bool) ? text switch { "true" or "True" or "yes" or "on" => true, "false" or "False" or "no" or "off" => false, _ => null }
            : throw new NotSupportedException(type.Name);
    }

    private static string Wanted(Type type) => type == typeof(bool) ? "true or false" : type == typeof(double) ? "a number" : "a whole number";

    private static bool IsNothing(YamlNode node) => node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" };
}
