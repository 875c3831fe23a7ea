using Microsoft.Extensions.DependencyInjection;

namespace Rig.Hosting.Http;

public static class OpenApiSetup
{
    /// <summary>The one document of a program's REST routes.</summary>
    public const string Document = "v1";

    /// <summary>
    /// Describes the program's REST routes as OpenAPI 3.1. Nothing serves the description: it is checked in under
    /// docs/ref/openapi, compared by a test, and the pages' TypeScript types are made of it.
    /// </summary>
    public static IServiceCollection AddRigOpenApi(this IServiceCollection services, string title) => services.AddOpenApi(Document, options =>
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = title;
            document.Info.Version = Document;

            // Where a program listens is no part of what it offers.
            document.Servers = [];

            // By default a route is tagged with the class that maps it, which is no part of what it offers either.
            document.Tags = null;
            foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations ?? []).Select(operation => operation.Value))
            {
                operation.Tags = null;
            }

            return Task.CompletedTask;
        }));
}
