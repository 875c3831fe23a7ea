using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

/// <summary>Words for what routing answers by its number alone: nothing is there, or not with that method.</summary>
internal static class ErrorWords
{
    public static void UseErrorWords(this WebApplication app) => app.UseStatusCodePages(answered =>
    {
        var (request, status) = (answered.HttpContext.Request, answered.HttpContext.Response.StatusCode);
        return status switch
        {
            StatusCodes.Status404NotFound => ApiError.NotFound(
                request.Path.StartsWithSegments("/api") ? $"There is no {request.Method} {request.Path}." : $"There is nothing at {request.Path}.").ExecuteAsync(answered.HttpContext),
            StatusCodes.Status405MethodNotAllowed => ApiError.Of(status, "This address does not answer to that method.").ExecuteAsync(answered.HttpContext),
            _ => Task.CompletedTask,
        };
    });
}
