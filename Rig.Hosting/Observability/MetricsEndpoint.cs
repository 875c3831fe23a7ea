using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Prometheus;
using Rig.Hosting.Http;

namespace Rig.Hosting.Observability;

/// <summary>A program's own figures at <c>/metrics</c>, for Prometheus.</summary>
public static class MetricsEndpoint
{
    /// <summary>
    /// A registry of this host alone, and not the library's static one: several hosts in one process keep their figures apart, and
    /// only what the program's reference names is told.
    /// </summary>
    /// <param name="labels">What every figure carries, such as the camera's id; null is nothing.</param>
    public static IServiceCollection AddMetricsRegistry(this IServiceCollection services, Func<IServiceProvider, Dictionary<string, string>>? labels = null)
    {
        services.TryAddSingleton(provider =>
        {
            var registry = Metrics.NewCustomRegistry();
            if (labels is not null)
            {
                registry.SetStaticLabels(labels(provider));
            }

            return registry;
        });
        return services;
    }

    /// <param name="mayRead">Which clients get an answer; null means all of them. Others get 404.</param>
    public static IEndpointConventionBuilder MapRigMetrics(this IEndpointRouteBuilder routes, Func<HttpContext, bool>? mayRead = null)
    {
        var pipeline = routes.CreateApplicationBuilder();
        pipeline.Use((context, next) =>
        {
            if (mayRead?.Invoke(context) ?? true)
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        pipeline.UseMetricServer(settings => settings.Registry = routes.ServiceProvider.GetRequiredService<CollectorRegistry>(), url: null);
        return routes.MapGetAndHead("/metrics", pipeline.Build());
    }
}
