using Microsoft.Extensions.FileProviders;
using Rig.Hosting.Http;

namespace Rig.Ingest.Api;

/// <summary>The status page itself, from <c>wwwroot</c> beside the program. It is open to everybody and says nothing of a match: what it shows it asks for.</summary>
internal static class StatusPage
{
    public static void UseStatusPage(this WebApplication app)
    {
        var root = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        if (!Directory.Exists(root))
        {
            return;
        }

        var files = new PhysicalFileProvider(root);
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = context => context.Context.Response.Headers.CacheControl = "no-cache",
        });
        app.UseFileMethods(files);
    }
}
