using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Rig.CameraNode.Access;
using Rig.CameraNode.Settings;
using Rig.Hosting.Http;
using Rig.Hosting.PeoplePort;
using Rig.Hosting.Trust;

namespace Rig.CameraNode.Api;

/// <summary>All that the node answers over HTTP: the routes of docs/ref/node-api.md and the field UI.</summary>
internal static class NodeApi
{
    public static void AddNodeApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;

            // A number in a text is none, and the description of the routes says so.
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, NodeJson.Default);
        });
        services.AddRigOpenApi("Rig camera node");
        services.AddOptions<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>().Configure<IOptions<NodeOptions>, RigTrust, PageCertificates>((kestrel, node, trust, pages) =>
        {
            kestrel.AddServerHeader = false;
            var address = IPAddress.Parse(node.Value.ListenAddress);
            kestrel.ListenForPeople(address, node.Value.Port, pages);
            kestrel.ListenForMachines(trust, address);
        });
    }

    public static void MapNode(this WebApplication app)
    {
        app.UseErrorWords();
        app.UseApiErrors(failed: "Something went wrong in this camera. Its log says more.", silent: "The camera did not answer in time. Try again in a moment.");
        app.UseNodeGates();
        app.UseFieldUi();

        // After the pages: once a route is found, even the one for what is not there, no file is looked for.
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();

        var api = app.MapGroup("/api/v1");
        api.MapStatus();
        api.MapPairing();
        api.MapDevices();
        api.MapRecord();
        api.MapCoordinator();
        api.MapPeers();
        FleetApi.Map(api);
        api.MapRecordings();
        api.MapOffload();
        api.MapConfig();
        api.MapUpdate();
        api.MapSelfTest();
        api.MapFraming();
        api.MapCameraModes();
        api.MapMachine();
        app.MapFiles();
        PreviewApi.Map(app);
        app.MapTrust();
        app.MapMetrics();
    }

    private static void UseFieldUi(this WebApplication app)
    {
        // Beside the program, unless --webroot names another folder.
        var files = app.Environment.WebRootFileProvider;
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,

            // Always asked for again, and answered by 304 while the ETag holds: an updated node never shows an old page.
            OnPrepareResponse = context => context.Context.Response.Headers.CacheControl = "no-cache",
        });
        app.UseFileMethods(files);
    }
}
