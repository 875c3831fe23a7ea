using Microsoft.AspNetCore.Http;

namespace Rig.Hosting.Access;

/// <summary>Metadata of a route whose clients read refusals in a shape of their own.</summary>
public interface IRefusalWords
{
    /// <summary>The answer to a caller that the route does not serve, known or not.</summary>
    IResult Refuse(HttpContext context);
}
