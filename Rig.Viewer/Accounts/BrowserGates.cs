using Microsoft.AspNetCore.CookiePolicy;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Rig.Hosting.Http;
using Rig.Viewer.Settings;

namespace Rig.Viewer.Accounts;

/// <summary>What keeps other sites' pages from using a person's browser against the viewer.</summary>
internal static class BrowserGates
{
    public static void AddBrowserGates(this IServiceCollection services)
    {
        services.Configure<ForwardedHeadersOptions>(options =>
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost);
        services.AddOptions<CookiePolicyOptions>().Configure<IOptions<ViewerOptions>>((policy, viewer) =>
        {
            policy.HttpOnly = HttpOnlyPolicy.Always;
            policy.MinimumSameSitePolicy = SameSiteMode.Lax;
            policy.Secure = viewer.Value.IsHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        });
    }

    public static void UseBrowserGates(this WebApplication app)
    {
        var viewer = app.Services.GetRequiredService<IOptions<ViewerOptions>>().Value;
        app.UseHostGate(viewer.HostNames);
        app.UseForwardedHeaders();
        app.UseHostGate(viewer.HostNames);
        app.UseOriginGate(viewer.PublicUrl is { } url ? [new Uri(url).GetLeftPart(UriPartial.Authority)] : []);
        app.UseCookiePolicy();
    }
}
