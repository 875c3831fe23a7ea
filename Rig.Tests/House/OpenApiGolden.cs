using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Rig.Hosting.Http;
using Rig.Tests.Support;

namespace Rig.Tests.House;

/// <summary>A program's REST routes as OpenAPI, beside what is checked in under docs/ref/openapi.</summary>
internal static class OpenApiGolden
{
    public static async Task CheckAsync(IServiceProvider services, string program)
    {
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(OpenApiSetup.Document).GetOpenApiDocumentAsync();
        var found = (await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1)).ReplaceLineEndings("\n") + "\n";
        var path = Checkout.File($"docs/ref/openapi/{program}.json");
        if (Environment.GetEnvironmentVariable("RIG_WRITE_GOLDENS") == "1")
        {
            await File.WriteAllTextAsync(path, found);
            return;
        }

        Assert.True(File.Exists(path), $"{path} is missing. Run this test once with RIG_WRITE_GOLDENS=1 and commit the file.");
        Assert.True(
            found == await File.ReadAllTextAsync(path),
            $"The routes of {program} are not those of docs/ref/openapi/{program}.json. If that is meant, run this test with RIG_WRITE_GOLDENS=1, read the difference and commit it.");
    }
}
