using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Rig.Actors.Recording;
using Rig.CameraNode.Access;
using Rig.CameraNode.Modes;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Status;
using Rig.Hosting.Access;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

internal static class ConfigApi
{
    public static void MapConfig(this IEndpointRouteBuilder api)
    {
        var config = api.MapGroup("/config").WithTags("Settings").Allow(Roles.Owner);
        config.MapGetAndHead("", (IConfiguration configuration, StatusReader status) => Read(configuration, status)).WithSummary("The settings that can be changed in the field; no secrets.");
        config.MapPost("", ChangeAsync).WithSummary("Changes some of the settings, or none where one is wrong.").TakesJson<NodeConfig>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
    }

    /// <summary>As <see cref="NodeSettings"/> lists them, which also names what a change may name.</summary>
    private static NodeConfig Read(IConfiguration configuration, StatusReader status)
    {
        var config = new JsonObject
        {
            ["version"] = NodeConfigFile.Version,
            ["camera"] = new JsonObject { ["id"] = status.CameraId.Value, ["position"] = status.CameraId.Position },
        };
        foreach (var setting in NodeSettings.All)
        {
            var parts = setting.Path.Split('.');
            var parent = config;
            foreach (var name in parts[..^1])
            {
                parent = (JsonObject)(parent[name] ??= new JsonObject());
            }

            parent[parts[^1]] = NodeSettings.ToJson(setting, configuration[setting.Key]);
        }

        return config.Deserialize(NodeJson.Default.NodeConfig)!;
    }

    /// <summary>Changes what the body names and nothing else; all of it or, with every error listed, none.</summary>
    private static async Task<ConfigChanged> ChangeAsync(
        HttpRequest request, IConfiguration configuration, NodeConfigFile file, PublishedNode node, StatusReader status, OfferedModes offered, AuditLog audit, ILogger<NodeConfigFile> log, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        if (node.IsRecording)
        {
            throw new ApiException(StatusCodes.Status409Conflict, "Settings cannot be changed while recording. Stop first.");
        }

        var errors = new List<string>();
        var changes = new Dictionary<string, string?>();
        var restart = false;
        foreach (var (path, value) in Leaves(JsonObject.Create(body)!, ""))
        {
            if (NodeSettings.All.FirstOrDefault(s => s.Path == path) is not { } setting)
            {
                errors.Add($"'{path}' is not a setting that can be changed here.");
            }
            else if (value is null || setting.Check(value) is not null)
            {
                errors.Add($"'{path}' {setting.Check(value ?? "")}.");
            }
            else if (IsOverridden(configuration, setting.Key))
            {
                errors.Add($"'{path}' is set by the environment ({setting.Key.Replace(":", "__", StringComparison.Ordinal)}) or the command line. Change it there.");
            }
            else
            {
                changes[setting.Key] = NodeSettings.ToText(value);
                restart |= setting.NeedsRestart;
            }
        }

        if (errors.Count == 0 && changes.Keys.Any(k => k.StartsWith(CameraOptions.Section + ":", StringComparison.OrdinalIgnoreCase)))
        {
            // With what is set already, the changes over it.
            var camera = configuration.GetSection(CameraOptions.Section).Get<CameraOptions>() ?? new CameraOptions();
            new ConfigurationBuilder().AddInMemoryCollection(changes).Build().GetSection(CameraOptions.Section).Bind(camera);
            if (offered.Objection(camera) is { } objection)
            {
                errors.Add(objection);
            }
        }

        if (errors.Count > 0)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, string.Join(" ", errors), new JsonObject { ["errors"] = new JsonArray([.. errors.Select(e => (JsonNode)e)]) });
        }

        var before = changes.Keys.ToDictionary(key => key, key => ValueOf(configuration, key));
        try
        {
            file.Save(changes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.LogError(e, "The settings could not be saved");
            throw new ApiException(StatusCodes.Status500InternalServerError, "The settings could not be saved: their file cannot be written. Nothing was changed.");
        }

        foreach (var setting in NodeSettings.All.Where(setting => changes.ContainsKey(setting.Key) && changes[setting.Key] != before[setting.Key]))
        {
            audit.Write(request.HttpContext.User, $"changed {setting.Path}", before[setting.Key], changes[setting.Key]);
        }

        return new ConfigChanged(true, Read(configuration, status), restart);
    }

    /// <summary>As text; what nobody set yet is at its default.</summary>
    private static string? ValueOf(IConfiguration configuration, string key) =>
        configuration[key] ?? NodeSettings.All.First(setting => setting.Key == key).Default?.ToString();

    private static IEnumerable<(string Path, JsonNode? Value)> Leaves(JsonObject node, string prefix) =>
        node.SelectMany(member => member.Value is JsonObject child
            ? Leaves(child, $"{prefix}{member.Key}.")
            : [($"{prefix}{member.Key}", member.Value)]);

    private static bool IsOverridden(IConfiguration configuration, string key) =>
        configuration is IConfigurationRoot root
        && root.Providers.LastOrDefault(p => p.TryGet(key, out _)) is EnvironmentVariablesConfigurationProvider or CommandLineConfigurationProvider;
}

/// <param name="RestartRequired">Some of it takes effect at the node's next start.</param>
internal sealed record ConfigChanged(bool Success, NodeConfig Config, bool RestartRequired);

/// <summary>The settings that can be changed in the field. Every one of <see cref="NodeSettings"/> has its place here.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record NodeConfig(
    int Version,
    CameraConfig Camera,
    StorageConfig Storage,
    SyncConfig Sync,
    GuardsConfig Guards,
    UploadConfig Offload,
    UpdateConfig Update,
    bool ProductionMode);

/// <param name="Id">Cannot be changed here, as the position.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record CameraConfig(string Id, string Position, int Width, int Height, int Fps, string Codec, double BitrateMbps);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record StorageConfig(double MinFreeSpaceGb, bool AutoDeleteOffloaded, bool DeleteAfterConfirm);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record SyncConfig(double MaxOffsetMs);

/// <summary>Each ignore, warn or refuse.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record GuardsConfig(string Camera, string Storage, string FreeSpace, string Battery, string Temperature, string Clock, double MinRecordingMinutes);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record UploadConfig(
    string ServerUrl, bool AutoUpload, bool UploadOnRecordStop, int RetryCount, double RetryDelaySec, int ChunkSizeKb, bool VerifyChecksum);

/// <param name="ReleasesUrl">Empty for none.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record UpdateConfig(string ReleasesUrl);
