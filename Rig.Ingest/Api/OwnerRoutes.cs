using Rig.Hosting.Access;

namespace Rig.Ingest.Api;

/// <summary>Routes that steer the server.</summary>
internal static class OwnerRoutes
{
    /// <summary>For owners alone, from this server's own page or a program, and in the log with the owner's name.</summary>
    public static TBuilder ForOwner<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes.Allow(Roles.Owner).RefuseOtherSites().AddEndpointFilter((invocation, next) =>
        {
            var context = invocation.HttpContext;
            context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OwnerRoutes))
                .LogInformation("{Owner} asked for {Method} {Path}", context.User.Identity?.Name, context.Request.Method, context.Request.Path);
            return next(invocation);
        });
}
