using Microsoft.AspNetCore.Http;

namespace Rig.Hosting.Access;

/// <summary>One way to show who one is: a paired phone's cookie, a machine's certificate, an API key.</summary>
public interface ICallerReader
{
    /// <returns>Null when the request does not show it in this way, or shows it wrongly.</returns>
    ValueTask<Caller?> ReadAsync(HttpContext context);
}
