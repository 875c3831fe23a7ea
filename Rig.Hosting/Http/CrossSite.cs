namespace Rig.Hosting.Http;

/// <summary>
/// Tells requests that change something and that a client or our own pages sent from those that a page of another site may have made
/// a browser send. Every program's API asks here.
/// </summary>
/// <remarks>
/// To another site a browser sends JSON only after it was allowed to (CORS preflight), and no program of Rig allows it. Forms and
/// plain texts it sends at once, with their type. What has no type comes from no form; where a page's script sent it, the browser
/// tells that page's origin.
/// </remarks>
public static class CrossSite
{
    public const string Refusal = "Send the body as JSON, with the header Content-Type: application/json.";

    /// <param name="isJson">The request's type is JSON.</param>
    /// <param name="ownOrigin">The address that was asked, as <c>http://host:port</c>.</param>
    public static bool IsExcluded(bool isJson, string? contentType, string? origin, string ownOrigin) =>
        isJson || (string.IsNullOrEmpty(contentType) && (string.IsNullOrEmpty(origin) || origin == ownOrigin));
}
