using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rig.Hosting.Http;

namespace Rig.Hosting.Access;

/// <summary>
/// Says a refusal in the API's one shape of errors: 401 to nobody known, 403 to who has not the role. What is no route of the program
/// stays 404, and a method that a route has not 405, whoever asks.
/// </summary>
internal sealed class AccessRefusals(string unknown, string forbidden) : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        // Routing's own 405 is an endpoint too, but none that anybody mapped.
        if (authorizeResult.Succeeded || context.GetEndpoint() is not RouteEndpoint)
        {
            return next(context);
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<IRefusalWords>() is { } words)
        {
            return words.Refuse(context).ExecuteAsync(context);
        }

        if (context.User.Identity?.IsAuthenticated == true)
        {
            return ApiError.Of(StatusCodes.Status403Forbidden, forbidden).ExecuteAsync(context);
        }

        if (context.GetEndpoint().Allows(Roles.Uploader))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return ApiError.Of(StatusCodes.Status401Unauthorized, unknown).ExecuteAsync(context);
    }
}
