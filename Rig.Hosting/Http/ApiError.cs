using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Rig.Hosting.Http;

/// <summary>
/// The one shape of every program's errors: problem details (RFC 9457: <c>title</c>, <c>status</c>, <c>detail</c>) together with
/// <c>"success":false</c> and <c>"error"</c>, which the clients of the first systems of this kind read.
/// </summary>
public static class ApiError
{
    public const string ContentType = "application/problem+json";

    /// <summary>Seconds after which a client may ask again that was told 503.</summary>
    private const string RetryAfterSec = "2";

    /// <param name="error">One sentence for the client: what is wrong and what to do.</param>
    /// <param name="more">Further fields.</param>
    public static IResult Of(int status, string error, JsonObject? more = null) =>
        Results.Json(Body(status, error, more), contentType: ContentType, statusCode: status);

    public static IResult NotFound(string error) => Of(StatusCodes.Status404NotFound, error);

    public static JsonObject Body(int status, string error, JsonObject? more = null)
    {
        var body = new JsonObject
        {
            ["title"] = ReasonPhrases.GetReasonPhrase(status),
            ["status"] = status,
            ["detail"] = error,
            ["success"] = false,
            ["error"] = error,
        };
        foreach (var (name, value) in more ?? [])
        {
            body[name] = value?.DeepClone();
        }

        return body;
    }

    /// <summary>Answers what a route throws; no answer shows a stack trace or the message of an exception that nobody foresaw.</summary>
    /// <param name="failed">The sentence for anything unforeseen; it is logged as well.</param>
    /// <param name="silent">The sentence for a <see cref="TimeoutException"/>.</param>
    public static void UseApiErrors(this IApplicationBuilder app, string failed, string silent) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (ApiException e) when (!context.Response.HasStarted)
        {
            if (e.Status == StatusCodes.Status503ServiceUnavailable)
            {
                context.Response.Headers.RetryAfter = RetryAfterSec;
            }

            await Of(e.Status, e.Message, e.More).ExecuteAsync(context);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Of(e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "The body is too large." : "The request could not be read.").ExecuteAsync(context);
        }
        catch (TimeoutException) when (!context.Response.HasStarted)
        {
            await Of(StatusCodes.Status503ServiceUnavailable, silent).ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ApiError));
            log.LogError(e, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
            await Of(StatusCodes.Status500InternalServerError, failed).ExecuteAsync(context);
        }
    });
}
