using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace Rig.Hosting.Operations;

/// <summary>Shows an operator the settings in effect.</summary>
public static class ConfigCommands
{
    public const string Mask = "(masked)";

    private static readonly string[] SecretWords = ["cookie", "password", "secret", "token", "apikey", "api-key", "connectionstring", "connection-string"];

    /// <param name="configuration">The program's own; its section <c>Rig</c> is shown.</param>
    /// <param name="more">Settings that stand elsewhere, by key.</param>
    public static OperatorPalette AddConfig(this OperatorPalette palette, IConfiguration configuration, Func<IEnumerable<KeyValuePair<string, string>>> more) => palette
        .Add("config show", arguments =>
        {
            var path = arguments.Text("path") ?? "";
            return Options(configuration)
                .Concat(more())
                .Where(entry => entry.Key.StartsWith(path, StringComparison.OrdinalIgnoreCase))
                .Select(entry => new JsonObject { ["key"] = entry.Key, ["value"] = IsSecret(entry.Key) && entry.Value.Length > 0 ? Mask : entry.Value });
        });

    /// <summary>True when the key's last names say that its value is a secret.</summary>
    internal static bool IsSecret(string key) => SecretWords.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase))
        && !key.EndsWith("Path", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<KeyValuePair<string, string>> Options(IConfiguration configuration) => configuration.GetSection("Rig").AsEnumerable()
        .Where(entry => entry.Value is not null)
        .Select(entry => KeyValuePair.Create(entry.Key, entry.Value!))
        .OrderBy(entry => entry.Key, StringComparer.Ordinal);
}
