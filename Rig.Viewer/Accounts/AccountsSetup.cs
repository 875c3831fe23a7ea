using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Rig.Hosting.Accounts;
using Rig.Hosting.Http;
using Rig.Viewer.Accounts.Links;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Accounts.SignIn;
using Rig.Viewer.Operations;
using Rig.Viewer.Settings;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Accounts;

internal static class AccountsSetup
{
    public const string LoginLimit = "login";

    public static void AddAccounts(this IServiceCollection services)
    {
        services.AddIdentityCore<User>(options =>
        {
            options.User.RequireUniqueEmail = true;
            // Length is what makes a password hard to guess; rules on its letters make it hard to remember.
            options.Password = new PasswordOptions
            {
                RequiredLength = PasswordCheck.MinLength,
                RequiredUniqueChars = 4,
                RequireDigit = false,
                RequireLowercase = false,
                RequireUppercase = false,
                RequireNonAlphanumeric = false,
            };
        }).AddEntityFrameworkStores<ViewerDb>().AddSignInManager();
        services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = TimeSpan.FromMinutes(1));
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme).Configure<IOptions<ViewerOptions>>(ConfigureCookie);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "rig_viewer_form";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddDataProtection().SetApplicationName("rig-viewer");
        services.AddOptions<KeyManagementOptions>().Configure<IOptions<ViewerOptions>, IOptions<MediaOptions>, ILoggerFactory>(PersistKeys);
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.OnRejected = (rejected, _) =>
            {
                rejected.HttpContext.Response.Headers.RetryAfter = "60";
                return ValueTask.CompletedTask;
            };
            options.AddPolicy(LoginLimit, LimitLogins);
        });
        services.AddSingleton<PasswordCheck>();
        services.AddSingleton(provider => new SignInThrottle(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<DeviceCookie>();
        services.AddScoped<SessionRegistry>();
        services.AddScoped<PasswordSignIn>();
        services.AddScoped<TeamAccess>();
        services.AddScoped<TeamPeople>();
        services.AddScoped<TeamRegistry>();
        services.AddScoped<AccountRegistry>();
        services.AddScoped<TeamLinks>();
        services.AddScoped<LinkRegistry>();
        services.AddScoped<Invitations>();
        services.AddScoped<PasswordResets>();
        services.AddSingleton<ResetRequests>();
        services.AddHostedService(provider => provider.GetRequiredService<ResetRequests>());
    }

    private static void ConfigureCookie(CookieAuthenticationOptions cookie, IOptions<ViewerOptions> viewer)
    {
        cookie.Cookie.Name = "rig_viewer";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = viewer.Value.IsHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        cookie.LoginPath = "/login";
        cookie.AccessDeniedPath = "/error";
        cookie.ReturnUrlParameter = "returnUrl";
        cookie.ExpireTimeSpan = SessionRegistry.Length;
        cookie.SlidingExpiration = true;
        cookie.Events.OnValidatePrincipal = SessionCookie.ValidateAsync;
        // A program or a video element wants an answer, not the sign-in page.
        cookie.Events.OnRedirectToLogin = context => AnswerOrRedirect(context, StatusCodes.Status401Unauthorized);
        cookie.Events.OnRedirectToAccessDenied = context => AnswerOrRedirect(context, StatusCodes.Status403Forbidden);
    }

    private static Task AnswerOrRedirect(RedirectContext<CookieAuthenticationOptions> context, int statusCode)
    {
        if (ErrorAnswers.WantsJson(context.Request))
        {
            context.Response.StatusCode = statusCode;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }

    private static void PersistKeys(KeyManagementOptions keys, IOptions<ViewerOptions> viewer, IOptions<MediaOptions> media, ILoggerFactory loggers)
    {
        var path = viewer.Value.KeysPath is { Length: > 0 } configured ? configured : Path.Combine(media.Value.Path, "keys");
        var folder = Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        keys.XmlRepository = new FileSystemXmlRepository(folder, loggers);
    }

    private static RateLimitPartition<int> LimitLogins(HttpContext context)
    {
        var perMinute = context.RequestServices.GetRequiredService<IOptions<ViewerOptions>>().Value.LoginAttemptsPerMinute;
        return HttpMethods.IsPost(context.Request.Method)
            ? RateLimitPartition.GetFixedWindowLimiter(
                ClientPartition.Of(context.Connection.RemoteIpAddress),
                _ => new FixedWindowRateLimiterOptions { PermitLimit = perMinute, Window = TimeSpan.FromMinutes(1) })
            : RateLimitPartition.GetNoLimiter(-1);
    }
}
