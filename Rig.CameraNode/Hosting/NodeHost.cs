using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Rig.CameraNode.Api;
using Rig.CameraNode.Cameras;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Storage;
using Rig.Hosting.Observability;

namespace Rig.CameraNode.Hosting;

/// <summary>Builds the program; the tests build the same one with other ports.</summary>
internal static class NodeHost
{
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var options = new NodeOptions();
        var file = new NodeConfigFile(builder.Configuration[$"{NodeOptions.Section}:{nameof(NodeOptions.ConfigPath)}"] ?? options.ConfigPath);

        // Over appsettings.json, under the environment and the command line.
        var sources = builder.Configuration.Sources;
        var environment = sources.OfType<EnvironmentVariablesConfigurationSource>().LastOrDefault();
        sources.Insert(environment is null ? sources.Count : sources.IndexOf(environment), file);

        var production = builder.Configuration.GetValue($"{NodeOptions.Section}:{nameof(NodeOptions.ProductionMode)}", options.ProductionMode);
        builder.AddRigLogging("rig-node", production ? null : builder.Configuration[$"{NodeOptions.Section}:{nameof(NodeOptions.LogPath)}"] ?? options.LogPath);
        builder.Services.AddSingleton(file);
        builder.Services.AddNodeApi();
        return builder;
    }

    /// <summary>All that the program consists of.</summary>
    public static void AddNode(this WebApplicationBuilder builder) => builder.Services
        .AddRecordingStorage(builder.Configuration).AddCamera(builder.Configuration).AddCameraNode().AddNodeActors().AddCluster().AddNodeOperations();

    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.UseRequestLog();
        app.MapNode();
        return app;
    }
}
