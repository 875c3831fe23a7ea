using System.Text.Json.Nodes;

namespace Rig.Hosting.Http;

/// <summary>What a client did wrong or the program cannot do now; becomes the answer of <see cref="ApiError"/>.</summary>
/// <param name="status">HTTP status, 400 to 599.</param>
/// <param name="message">One sentence for the client: what is wrong and what to do.</param>
/// <param name="more">Further fields of the answer, such as <c>expected</c> and <c>calculated</c>.</param>
public sealed class ApiException(int status, string message, JsonObject? more = null) : Exception(message)
{
    public int Status { get; } = status;

    public JsonObject? More { get; } = more;
}
