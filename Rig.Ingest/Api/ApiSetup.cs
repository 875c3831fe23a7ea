using System.Net;
using Microsoft.AspNetCore.Connections;
using Rig.Hosting.Access;
using Rig.Hosting.Observability;
using Rig.Ingest.Status;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Api;

/// <summary>The server's HTTP side: every route, and what only routes need.</summary>
internal static class ApiSetup
{
    public static IServiceCollection AddApi(this IServiceCollection services) => services
        .AddIngestJson()
        .AddSingleton<IMemoryPoolFactory<byte>, LargeBlockPoolFactory>()
        .AddSingleton<IUploadAnswers, UploadAnswers>()
        .AddSingleton<FormUploads>()
        .AddSingleton<ResumableRequests>()
        .AddSingleton<ChunkedRequests>();

    public static void MapApi(this WebApplication app)
    {
        app.MapAccounts();
        app.MapUploads();
        app.MapOffload();
        app.MapSessions();
        app.MapLegacySessions();
        app.MapEvents();
        app.MapHealth();

        // Made now: it joins the registry, which asks it whenever somebody reads the figures.
        app.Services.GetRequiredService<IngestMetrics>();
        app.MapRigMetrics(mayRead: context => IsThisMachine(context) || context.User.IsInRole(Roles.Owner)).AllowEverybody();
    }

    private static bool IsThisMachine(HttpContext context) => context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
}
