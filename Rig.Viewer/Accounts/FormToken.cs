using Microsoft.AspNetCore.Antiforgery;
using Rig.Hosting.Http;

namespace Rig.Viewer.Accounts;

/// <summary>For routes that change something in a person's name: the token of a page of the viewer, as forms have it, in the header <c>RequestVerificationToken</c>.</summary>
internal sealed class FormToken(IAntiforgery antiforgery) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        await antiforgery.IsRequestValidAsync(context.HttpContext)
            ? await next(context)
            : ApiError.Of(StatusCodes.Status400BadRequest, "The header RequestVerificationToken is missing or old. Load a page of the viewer and send the token of its form.");
}
