using System.Net;
using Rig.Hosting.Http;
using Rig.Hosting.Observability;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Operations;

internal static class OperationsSetup
{
    public static void AddViewerMetrics(this IServiceCollection services)
    {
        services.AddMetricsRegistry();
        services.AddSingleton<ViewerMetrics>();
    }

    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        // Made now, so that every figure is there before the first request.
        routes.ServiceProvider.GetRequiredService<ViewerMetrics>();
        routes.MapGetAndHead("/health", HealthAsync).Produces<HealthView>().AllowAnonymous();
        routes.MapRigMetrics(mayRead: IsThisMachine).AllowAnonymous();
    }

    private static async Task<IResult> HealthAsync(ViewerDb db, CancellationToken cancellationToken) =>
        await db.Database.CanConnectAsync(cancellationToken)
            ? Results.Json(new HealthView("ok", "rig-viewer"))
            : ApiError.Of(StatusCodes.Status503ServiceUnavailable, "The database does not answer. Check that PostgreSQL runs.");

    /// <param name="Status"><c>ok</c>; a program that is not answers 503.</param>
    internal sealed record HealthView(string Status, string Service);

    /// <summary>Only this machine reads the figures; behind a proxy that is who the proxy says asks.</summary>
    private static bool IsThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
}
