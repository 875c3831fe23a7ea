using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Rig.Hosting.Access;

/// <summary>Every route says who may call it; one that says nothing answers nobody.</summary>
public static class AccessSetup
{
    /// <summary>
    /// Registers authentication by the program's <see cref="ICallerReader"/>s and a fallback that denies. The program calls
    /// <c>UseAuthentication</c> and <c>UseAuthorization</c> after routing.
    /// </summary>
    /// <param name="unknown">401, when nobody known calls: what to do, in a sentence.</param>
    /// <param name="forbidden">403, when the caller is known and has not the role.</param>
    public static IServiceCollection AddRigAccess(this IServiceCollection services, string unknown, string forbidden)
    {
        services.AddAuthentication(CallerAuthentication.Scheme).AddScheme<AuthenticationSchemeOptions, CallerAuthentication>(CallerAuthentication.Scheme, null);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(_ => false).Build());
        return services.AddSingleton<IAuthorizationMiddlewareResultHandler>(new AccessRefusals(unknown, forbidden));
    }

    /// <summary>The route answers callers with one of these roles.</summary>
    public static TBuilder Allow<TBuilder>(this TBuilder route, params string[] roles)
        where TBuilder : IEndpointConventionBuilder => route.RequireAuthorization(policy => policy.RequireRole(roles));

    /// <summary>The route answers whoever asks.</summary>
    public static TBuilder AllowEverybody<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.AllowAnonymous();

    /// <summary>Callers with this role are answered here, and not everybody is.</summary>
    public static bool Allows(this Endpoint? endpoint, string role) => endpoint is not null
        && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null
        && endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>().Any(policy =>
            policy.Requirements.OfType<RolesAuthorizationRequirement>().Any(requirement => requirement.AllowedRoles.Contains(role)));
}
