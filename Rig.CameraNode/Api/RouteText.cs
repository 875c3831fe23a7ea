using Microsoft.OpenApi;

namespace Rig.CameraNode.Api;

internal static class RouteText
{
    /// <summary>
    /// Describes the JSON body of a route that reads it by hand, and so can say in words what is wrong with it. Every member may be absent
    /// where the route has a default for it.
    /// </summary>
    public static RouteHandlerBuilder TakesJson<T>(this RouteHandlerBuilder route) => route.AddOpenApiOperationTransformer(async (operation, context, cancellationToken) =>
        operation.RequestBody = new OpenApiRequestBody
        {
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/json"] = new() { Schema = await context.GetOrCreateSchemaAsync(typeof(T), null, cancellationToken) },
            },
        });
}

/// <summary>An order was carried out.</summary>
/// <param name="Message">For a person.</param>
internal sealed record Acknowledgement(bool Success, string Message);
