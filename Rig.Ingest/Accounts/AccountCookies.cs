using Rig.Hosting.Accounts;

namespace Rig.Ingest.Accounts;

/// <summary>The two cookies of a browser. Both are <c>SameSite=Strict</c>: the page that sends them is always this server's own.</summary>
internal static class AccountCookies
{
    public const string Session = "rig_ingest";

    /// <summary>Says that this browser signed in before, whoever with.</summary>
    public const string Device = "rig_ingest_device";

    private const string SignInPath = "/api/v1/sign-in";
    private const int MaxLength = 200;
    private static readonly TimeSpan DeviceLifetime = TimeSpan.FromDays(365);

    /// <returns>The session's key; null when the request brings none.</returns>
    public static string? SessionKeyOf(HttpRequest request) => Read(request, Session);

    public static void WriteSession(HttpContext context, string key, bool staySignedIn) =>
        context.Response.Cookies.Append(Session, key, Options(context, "/", staySignedIn ? AccountSessions.Length : null));

    public static void RemoveSession(HttpContext context) => context.Response.Cookies.Delete(Session, Options(context, "/", lifetime: null));

    /// <returns>What the browser's device cookie holds, or something new that no account knows.</returns>
    public static string DeviceKeyOf(HttpRequest request) => Read(request, Device) ?? SessionKey.New();

    public static void WriteDevice(HttpContext context, string key) => context.Response.Cookies.Append(Device, key, Options(context, SignInPath, DeviceLifetime));

    private static string? Read(HttpRequest request, string name) => request.Cookies[name] is { Length: > 0 and <= MaxLength } value ? value : null;

    private static CookieOptions Options(HttpContext context, string path, TimeSpan? lifetime) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = path, MaxAge = lifetime, IsEssential = true };
}
