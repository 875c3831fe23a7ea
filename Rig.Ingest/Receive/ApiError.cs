using System.Text.Json.Nodes;

namespace Rig.Ingest.Receive;

/// <summary>What a client did wrong or the server cannot do now. Becomes <c>{"success":false,"error":...}</c> with the status.</summary>
public sealed class ApiException(int status, string message, JsonObject? more = null) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>Further fields of the body, such as <c>expected</c> and <c>calculated</c>.</summary>
    public JsonObject? More { get; } = more;

    public static ApiException ChecksumMismatch(string expected, string calculated) =>
        new(400, "Checksum mismatch", new JsonObject { ["expected"] = expected, ["calculated"] = calculated });
}

public static class ApiError
{
    public static IResult Result(int status, string error, JsonObject? more = null) => Results.Json(Body(error, more), statusCode: status);

    public static JsonObject Body(string error, JsonObject? more = null)
    {
        var body = new JsonObject { ["success"] = false, ["error"] = error };
        foreach (var (name, value) in more ?? [])
        {
            body[name] = value?.DeepClone();
        }

        return body;
    }

    /// <summary>Answers every <see cref="ApiException"/>, and anything unforeseen without its details.</summary>
    public static void UseApiErrors(this WebApplication app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (ApiException e) when (!context.Response.HasStarted)
        {
            if (e.Status == 503)
            {
                context.Response.Headers.RetryAfter = "2";
            }

            await Result(e.Status, e.Message, e.More).ExecuteAsync(context);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Result(e.StatusCode, e.StatusCode == 413 ? "The request is too large." : "The request is broken: " + e.Message).ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; there is nobody to answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            app.Logger.LogError(e, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
            await Result(500, "The server failed; its log says why. Try again.").ExecuteAsync(context);
        }
    });
}
