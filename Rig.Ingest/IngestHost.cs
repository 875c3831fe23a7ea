using System.Net;
using Microsoft.Extensions.Options;
using Rig.Hosting.Configuration;
using Rig.Hosting.Http;
using Rig.Hosting.Observability;
using Rig.Hosting.PeoplePort;
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
        builder.Services.AddPeoplePort(services => services.GetRequiredService<IOptions<SecurityOptions>>().Value.HostNames);
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
        builder.Services.AddOptions<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>().Configure<IOptions<ServerOptions>, IOptions<SecurityOptions>, RigTrust, PageCertificates>(Listen);

        var app = builder.Build();
        app.UseRequestLog();

        // Browsers held to https for a year would be locked out where the operator's certificate goes and the machine's own comes.
        app.UseSecurityHeaders(pinHttps: !string.IsNullOrEmpty(app.Configuration[$"{SecurityOptions.Section}:{nameof(SecurityOptions.CertificatePath)}"]));
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

    private static void Listen(Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions kestrel, IOptions<ServerOptions> options, IOptions<SecurityOptions> security, RigTrust trust, PageCertificates pages)
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
            kestrel.ListenSecurely(address, second, security.Value, pages);
        }

        // HTTP/1.1 alone: interim responses are written to the connection itself, and HTTP/2 would gain a LAN nothing.
        kestrel.ListenSecurely(address, options.Value.Port, security.Value, pages);
        kestrel.ListenForMachines(trust, address, listen => listen.Protocols = Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1);
    }
}
