using System.Diagnostics.Metrics;
using System.Net;
using Rig.Viewer.Accounts;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Operations;

internal static class OperationsSetup
{
    public static void AddViewerMetrics(this IServiceCollection services)
    {
        services.AddSingleton<ViewerMetrics>();
        services.AddSingleton(provider => new PrometheusText(provider.GetRequiredService<IMeterFactory>(), ViewerMetrics.MeterName));
    }

    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        // Made now, so that counting begins before the first request.
        routes.ServiceProvider.GetRequiredService<PrometheusText>();
        routes.ServiceProvider.GetRequiredService<ViewerMetrics>();
        routes.MapGet("/health", HealthAsync).AllowAnonymous();
        routes.MapGet("/metrics", Metrics).AllowAnonymous();
    }

    private static async Task<IResult> HealthAsync(ViewerDb db, CancellationToken cancellationToken) =>
        await db.Database.CanConnectAsync(cancellationToken)
            ? Results.Json(new { status = "ok", service = "rig-viewer" })
            : ErrorAnswers.Error(StatusCodes.Status503ServiceUnavailable, "The database does not answer. Check that PostgreSQL runs.");

    /// <summary>Only this machine reads the figures; behind a proxy that is who the proxy says asks.</summary>
    private static IResult Metrics(HttpContext context, PrometheusText text) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
            ? Results.Text(text.Render(), "text/plain; version=0.0.4")
            : Results.NotFound();
}
