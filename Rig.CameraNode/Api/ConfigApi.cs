using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Rig.Actors.Recording;
using Rig.CameraNode.Modes;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Status;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

internal static class ConfigApi
{
    public static void MapConfig(this IEndpointRouteBuilder api)
    {
        api.MapGet("/config", (IConfiguration configuration, StatusReader status) => Results.Json(Read(configuration, status)));
        api.MapPost("/config", ChangeAsync);
    }

    private static JsonObject Read(IConfiguration configuration, StatusReader status)
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

        return config;
    }

    /// <summary>Changes what the body names and nothing else; all of it or, with every error listed, none.</summary>
    private static async Task<IResult> ChangeAsync(
        HttpRequest request, IConfiguration configuration, NodeConfigFile file, PublishedNode node, StatusReader status, OfferedModes offered, ILogger<NodeConfigFile> log, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        if (node.IsRecording)
        {
            return ApiError.Of(StatusCodes.Status409Conflict, "Settings cannot be changed while recording. Stop first.");
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
            return ApiError.Of(StatusCodes.Status400BadRequest, string.Join(" ", errors), new JsonObject { ["errors"] = new JsonArray([.. errors.Select(e => (JsonNode)e)]) });
        }

        try
        {
            file.Save(changes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.LogError(e, "The settings could not be saved");
            return ApiError.Of(StatusCodes.Status500InternalServerError, "The settings could not be saved: their file cannot be written. Nothing was changed.");
        }

        return Results.Json(new { Success = true, Config = Read(configuration, status), RestartRequired = restart });
    }

    private static IEnumerable<(string Path, JsonNode? Value)> Leaves(JsonObject node, string prefix) =>
        node.SelectMany(member => member.Value is JsonObject child
            ? Leaves(child, $"{prefix}{member.Key}.")
            : [($"{prefix}{member.Key}", member.Value)]);

    private static bool IsOverridden(IConfiguration configuration, string key) =>
        configuration is IConfigurationRoot root
        && root.Providers.LastOrDefault(p => p.TryGet(key, out _)) is EnvironmentVariablesConfigurationProvider or CommandLineConfigurationProvider;
}
