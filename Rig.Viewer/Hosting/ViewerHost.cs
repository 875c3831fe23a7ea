using Microsoft.Extensions.Options;
using Rig.Hosting.Configuration;
using Rig.Hosting.Http;
using Rig.Hosting.Observability;
using Rig.Viewer.Accounts;
using Rig.Viewer.Administration;
using Rig.Viewer.Audit;
using Rig.Viewer.Corrections;
using Rig.Viewer.Games;
using Rig.Viewer.Heat;
using Rig.Viewer.Mail;
using Rig.Viewer.Notices;
using Rig.Viewer.Operations;
using Rig.Viewer.Pages;
using Rig.Viewer.Publish;
using Rig.Viewer.Queries;
using Rig.Viewer.Schedule;
using Rig.Viewer.Settings;
using Rig.Viewer.Stats;
using Rig.Viewer.Storage;
using Rig.Viewer.Watch;

namespace Rig.Viewer.Hosting;

/// <summary>Puts the web application together; the program and the tests start the same one.</summary>
internal static class ViewerHost
{
    /// <param name="programFolder">Where rig-viewer and its <c>wwwroot</c> lie.</param>
    /// <param name="settings">Configuration that outranks files and environment.</param>
    public static WebApplication Build(string programFolder, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(ViewerHost).Assembly.GetName().Name,
            ContentRootPath = programFolder,
            WebRootPath = Path.Combine(programFolder, "wwwroot"),
        });
        builder.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>());
        builder.AddRigLogging();
        builder.Services.AddViewerOptions();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddStorage();
        builder.Services.AddMail();
        builder.Services.AddAccounts();
        builder.Services.AddNotices();
        builder.Services.AddScoped<AuditLog>();
        builder.Services.AddGames();
        builder.Services.AddCorrections();
        builder.Services.AddStats();
        builder.Services.AddSchedule();
        builder.Services.AddQueries();
        builder.Services.AddMedia();
        builder.Services.AddPublish();
        builder.Services.AddViewerMetrics();
        builder.Services.AddBrowserGates();
        builder.Services.AddAssets();
        builder.Services.AddRigOpenApi("Rig viewer");
        builder.Services.AddAdministration();
        builder.Services.AddRazorPages(pages => pages.Conventions.AddFolderApplicationModelConvention("/Admin", page => page.Filters.Add(new AdminOnly()))).AddMvcOptions(mvc => mvc.Filters.Add<KnownMethods>());
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);

        var app = builder.Build();
        app.Urls.Add(app.Services.GetRequiredService<IOptions<ViewerOptions>>().Value.ListenUrl);
        app.UseRequestLog();
        app.UseSecurityHeaders(scriptedMedia: true);
        app.UseErrorAnswers();
        app.UseBrowserGates();
        app.UseAssets();
        app.UseRouting();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapOperations();
        app.MapGamesApi();
        app.MapCorrections();
        app.MapStats();
        app.MapHeat();
        app.MapSchedule();
        app.MapQueries();
        app.MapMedia();
        app.MapPublish();
        app.MapRazorPages();
        return app;
    }

    private static void AddViewerOptions(this IServiceCollection services) => services.AddRigOptions<ViewerOptions>(ViewerOptions.Section)
        .Validate(options => IsWebAddress(options.ListenUrl), "Rig:Viewer:ListenUrl is not an http:// or https:// address, such as http://0.0.0.0:8090.")
        .Validate(options => options.PublicUrl is null || IsWebAddress(options.PublicUrl), "Rig:Viewer:PublicUrl is not an http:// or https:// address, such as https://games.example.org.")
        .Validate(options => options.Hosts.All(IsHostName), "Rig:Viewer:Hosts has an entry that is not a name or an address alone, such as games.example.org.")
        .Validate(options => options.LoginAttemptsPerMinute is >= 1 and <= 1000, "Rig:Viewer:LoginAttemptsPerMinute must be 1 to 1000.");

    private static bool IsHostName(string text) => Uri.CheckHostName(text) != UriHostNameType.Unknown;

    private static bool IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
