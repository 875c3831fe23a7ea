using Microsoft.AspNetCore.CookiePolicy;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Rig.Hosting.Http;
using Rig.Hosting.PeoplePort;
using Rig.Viewer.Settings;

namespace Rig.Viewer.Accounts;

/// <summary>What keeps other sites' pages from using a person's browser against the viewer.</summary>
internal static class BrowserGates
{
    private const string PlainRemedy = "Use the viewer's https:// address, which a proxy on its machine serves (docs/guide/viewer.md), or set Rig:Viewer:PlainHttp=true there.";

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

        // The connection's own address: what a proxy on this machine says of its callers comes after.
        app.UsePlainHttpGate(viewer.PlainHttp, PlainRemedy, _ => viewer.IsHttps ? new Uri(viewer.PublicUrl!).GetLeftPart(UriPartial.Authority) : null);
        if (viewer.PlainHttp)
        {
            app.Logger.LogWarning("Plain HTTP is served to the network (Rig:Viewer:PlainHttp): whoever shares it can read passwords and watch along.");
        }

        app.UseForwardedHeaders();
        app.UseHostGate(viewer.HostNames);

        // The scheme stands at the beginning of each Location; a proxy that hands on its callers' own header would let them choose it.
        app.Use((context, next) =>
        {
            if (context.Request.Scheme is "http" or "https")
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        });
        app.UseOriginGate(viewer.PublicUrl is { } url ? [new Uri(url).GetLeftPart(UriPartial.Authority)] : []);
        app.UseCookiePolicy();
    }
}
