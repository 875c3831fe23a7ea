using Microsoft.Extensions.Options;
using Rig.Hosting.Access;
using Rig.Hosting.Http;

namespace Rig.Viewer.Publish;

/// <summary>Lets only the ingest server in: <c>Authorization: Bearer KEY</c>.</summary>
internal sealed class PublishKeyFilter(IOptions<PublishOptions> options) : IEndpointFilter
{
    private readonly ApiKeys keys = new(options.Value.ApiKeySha256 is { Length: > 0 } hash ? [hash] : []);

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (keys.AreShownBy(context.HttpContext.Request))
        {
            return next(context);
        }

        context.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
        return ValueTask.FromResult<object?>(ApiError.Of(
            StatusCodes.Status401Unauthorized,
            "The publish key is missing or wrong. Send 'Authorization: Bearer KEY' with the key whose SHA-256 is Rig:Push:ApiKeySha256 of the viewer."));
    }
}
