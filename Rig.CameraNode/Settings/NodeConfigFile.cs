using System.Text.Json;
using System.Text.Json.Nodes;
using Rig.Domain.Json;
using Rig.Hosting.Files;

namespace Rig.CameraNode.Settings;

/// <summary>
/// Settings changed in the field, kept in one small JSON file: <c>{"version":1,"settings":{"Rig:Sync:MaxOffsetMs":"5"}}</c>.
/// Environment variables and the command line override it.
/// </summary>
internal sealed class NodeConfigFile(string path) : ConfigurationProvider, IConfigurationSource
{
    public const int Version = 1;

    private readonly Lock gate = new();

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <exception cref="InvalidDataException">The file is broken or of a newer version.</exception>
    public override void Load()
    {
        if (!File.Exists(path))
        {
            return;
        }

        try
        {
            var json = File.ReadAllBytes(path);
            var root = JsonNode.Parse(json.AsSpan(ByteOrderMark.LengthIn(json)))!.AsObject();
            if ((int?)root["version"] is not (> 0 and <= Version))
            {
                throw new InvalidDataException($"{path} has version {root["version"]}; this software reads up to {Version}. Update it, or move the file away to start with default settings.");
            }

            Data = root["settings"]!.AsObject().ToDictionary(s => s.Key, s => (string?)s.Value, StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new InvalidDataException($"{path} is not a settings file. Move it away to start with default settings.", e);
        }
    }

    /// <summary>Keeps the changes durably, then makes them take effect.</summary>
    /// <param name="changes">Null takes a key out.</param>
    /// <exception cref="IOException">The file could not be written; nothing changed.</exception>
    public void Save(IReadOnlyDictionary<string, string?> changes)
    {
        lock (gate)
        {
            var data = new Dictionary<string, string?>(Data, StringComparer.OrdinalIgnoreCase);
            foreach (var (key, value) in changes)
            {
                if (value is null)
                {
                    data.Remove(key);
                }
                else
                {
                    data[key] = value;
                }
            }

            var settings = new JsonObject([.. data.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => KeyValuePair.Create(d.Key, (JsonNode?)d.Value))]);
            var json = new JsonObject { ["version"] = Version, ["settings"] = settings }.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            DurableFile.Write(path, System.Text.Encoding.UTF8.GetBytes(json));
            Data = data;
        }

        OnReload();
    }
}
