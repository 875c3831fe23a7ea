using Microsoft.AspNetCore.Http.Features;
using Rig.Hosting.Http;

namespace Rig.Ingest.Api;

/// <summary>Keeps pages of other sites from steering this server through the browser of somebody who may.</summary>
internal static class CrossSiteGate
{
    /// <summary>For routes that change something by a person's cookie, beyond what every request has to pass (<see cref="OriginGate"/>). Uploads take bodies of every type.</summary>
    public static TBuilder RefuseOtherSites<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes.AddEndpointFilter((invocation, next) =>
        {
            var request = invocation.HttpContext.Request;
            return HttpMethods.IsGet(request.Method) || IsOurs(request) ? next(invocation) : throw new ApiException(400, CrossSite.Refusal);
        });

    private static bool IsOurs(HttpRequest request)
    {
        var isJson = request.HasJsonContentType();
        var hasBody = request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
        return (isJson || !hasBody) && CrossSite.IsExcluded(isJson, request.ContentType, request.Headers.Origin, $"{request.Scheme}://{request.Host}");
    }
}
