using System.Net;
using Microsoft.Extensions.Options;
using Rig.Hosting.Configuration;
using Rig.Hosting.Http;
using Rig.Hosting.Observability;
using Rig.Hosting.Trust;
using Rig.Ingest.Accounts;
using Rig.Ingest.Api;
using Rig.Ingest.Frames;
using Rig.Ingest.Hosting;
using Rig.Ingest.Publish;
using Rig.Ingest.Security;
using Rig.Ingest.Settings;
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
        builder.Services.AddAccounts();
        builder.Services.AddRigTrust(IngestTrust.Folder, IngestTrust.Errors);
        builder.Services.AddSecurity();
        builder.Services.AddApi();
        builder.Services.AddUpload();
        builder.Services.AddPull(builder.Configuration);
        builder.Services.AddPipeline(builder.Configuration);
        builder.Services.AddPublish(builder.Configuration);
        builder.Services.AddStatus();
        builder.Services.AddFrames();
        builder.Services.AddRigOpenApi("Rig home server");
        configure?.Invoke(builder);
        builder.Services.AddIngestActors();
        builder.Services.AddOptions<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>().Configure<IOptions<ServerOptions>, IOptions<SecurityOptions>, RigTrust>(Listen);

        var app = builder.Build();
        app.UseRequestLog();
        app.UseSecurityHeaders();
        app.UseErrorWords();
        app.UseApiErrors(failed: "The server failed; its log says why. Try again.", silent: "The server did not answer itself in time. Try again in a moment.");
        app.UseIntakeErrors();
        app.UseSecurity();
        app.UseStatusPage();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapApi();
        app.MapFrames();
        app.MapTrust();
        return app;
    }

    private static void Listen(Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions kestrel, IOptions<ServerOptions> options, IOptions<SecurityOptions> security, RigTrust trust)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBufferSize = UploadRequestBody.ReceiveBufferBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = UploadHeaders.MaxTotalBytes;
        kestrel.Limits.MinRequestBodyDataRate = new(options.Value.MinBytesPerSecond, TimeSpan.FromSeconds(options.Value.StallSec));
        var address = IPAddress.TryParse(options.Value.Host, out var parsed)
            ? parsed
            : throw new StartupException("Rig:Server:Host must be an IP address of this machine, or 0.0.0.0 for all of them.");
        if (options.Value.OlderRigsPort is > 0 and var second)
        {
            kestrel.Listen(address, second, Secure);
        }

        kestrel.Listen(address, options.Value.Port, Secure);
        kestrel.ListenForMachines(trust, address, listen => listen.Protocols = Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1);

        // Interim responses are written to the connection itself, which only HTTP/1.1 allows; HTTP/2 would gain a LAN nothing.
        void Secure(Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions listen)
        {
            listen.Protocols = Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1;
            listen.UseRigSecurity(security.Value);
        }
    }
}
