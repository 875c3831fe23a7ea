using System.Net;
using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Ingest.Hosting;
using Rig.Ingest.Pull;
using Rig.Ingest.Push;
using Rig.Ingest.Receive;
using Rig.Ingest.Status;
using Rig.Ingest.Storage;

namespace Rig.Ingest;

/// <summary>The server as a whole, for the program and for tests.</summary>
public static class IngestHost
{
    /// <param name="configure">Adds the stages' own services, or a test's.</param>
    /// <exception cref="StartupException">The configuration is not usable.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddRigLogging("rig-ingest", builder.Configuration["Rig:Server:LogPath"]);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddStorage(builder.Configuration);
        builder.Services.AddReceive(builder.Configuration);
        builder.Services.AddPull(builder.Configuration);
        builder.Services.AddPipeline(builder.Configuration);
        builder.Services.AddPush(builder.Configuration);
        builder.Services.AddStatus();
        configure?.Invoke(builder);
        builder.Services.AddIngestActors();
        builder.Services.AddOptions<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>().Configure<IOptions<ServerOptions>>(Listen);

        var app = builder.Build();
        app.UseApiErrors();
        app.UseStatusPage();
        app.MapReceive();
        app.MapOffload();
        app.MapStatus();
        return app;
    }

    private static void Listen(Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions kestrel, IOptions<ServerOptions> options)
    {
        kestrel.AddServerHeader = false;
        var address = IPAddress.TryParse(options.Value.Host, out var parsed)
            ? parsed
            : throw new StartupException("Rig:Server:Host must be an IP address of this machine, or 0.0.0.0 for all of them.");
        kestrel.Listen(address, options.Value.Port);
    }
}
