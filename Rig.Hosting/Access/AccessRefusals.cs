using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Rig.Hosting.Http;

namespace Rig.Hosting.Access;

/// <summary>Says a refusal in the API's one shape of errors: 401 to nobody known, 403 to who has not the role.</summary>
internal sealed class AccessRefusals(string unknown, string forbidden) : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
        authorizeResult.Succeeded ? next(context)
        : context.User.Identity?.IsAuthenticated == true ? ApiError.Of(StatusCodes.Status403Forbidden, forbidden).ExecuteAsync(context)
        : ApiError.Of(StatusCodes.Status401Unauthorized, unknown).ExecuteAsync(context);
}
