using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Rig.Actors.Hosting;
using Rig.Actors.Recording;

namespace Rig.CameraNode.Api;

/// <summary>An answer that says what is wrong: <c>{"success":false,"error":"sentence"}</c> and, where there are any, more fields.</summary>
internal sealed class ApiException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}

internal static class ApiError
{
    public static IResult Of(int status, string error, Action<JsonObject>? more = null)
    {
        var body = new JsonObject { ["success"] = false, ["error"] = error };
        more?.Invoke(body);
        return Results.Json(body, statusCode: status);
    }

    public static IResult NotFound(string error) => Of(StatusCodes.Status404NotFound, error);

    public static JsonArray ToJson(this IEnumerable<Problem> problems) => new([.. problems.Select(p => (JsonNode)p.ToJson())]);

    public static JsonObject ToJson(this Problem problem) => new()
    {
        ["code"] = problem.Code,
        ["level"] = problem.Level == ProblemLevel.Refuse ? "refuse" : "warn",
        ["message"] = problem.Message,
    };

    /// <summary>Every failure under <c>/api</c> is answered as JSON, and none shows a stack trace.</summary>
    public static void UseApiErrors(this WebApplication app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (ApiException e) when (!context.Response.HasStarted)
        {
            await Of(e.Status, e.Message).ExecuteAsync(context);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Of(e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "The body is too large." : "The request could not be read.").ExecuteAsync(context);
        }
        catch (TimeoutException) when (!context.Response.HasStarted)
        {
            await Of(StatusCodes.Status503ServiceUnavailable, "The camera did not answer in time. Try again in a moment.").ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The asker went away.
        }
        catch (Exception e) when (!context.Response.HasStarted && e is not OperationCanceledException)
        {
            context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Rig.CameraNode.Api").LogError(e, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
            await Of(StatusCodes.Status500InternalServerError, "Something went wrong in this camera. Its log says more.").ExecuteAsync(context);
        }
    });
}

/// <summary>Reads JSON bodies by hand, so that each thing wrong with one is said in words.</summary>
internal static class RequestBody
{
    private const int MaxBytes = 64 * 1024;

    /// <exception cref="ApiException">400 that says what is wrong, 413 when too large.</exception>
    public static async Task<JsonElement> ReadObjectAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var isJson = request.HasJsonContentType();
        if (!CrossSite.IsExcluded(isJson, request.ContentType, request.Headers.Origin, $"{request.Scheme}://{request.Host}"))
        {
            throw NotJson();
        }

        if (request.ContentLength > MaxBytes)
        {
            throw new ApiException(StatusCodes.Status413PayloadTooLarge, $"The body is larger than {MaxBytes / 1024} KiB.");
        }

        var buffer = new byte[MaxBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxBytes)
        {
            throw new ApiException(StatusCodes.Status413PayloadTooLarge, $"The body is larger than {MaxBytes / 1024} KiB.");
        }

        if (length == 0)
        {
            return JsonDocument.Parse("{}").RootElement;
        }

        if (!isJson)
        {
            throw NotJson();
        }

        // The parser leaves text undecoded until it is asked for, and would fail only then.
        if (!Utf8.IsValid(buffer.AsSpan(0, length)))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "The body is not UTF-8.");
        }

        JsonElement body;
        try
        {
            body = JsonDocument.Parse(buffer.AsMemory(0, length), new JsonDocumentOptions { MaxDepth = 16 }).RootElement;
        }
        catch (JsonException e)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"The body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).");
        }

        return body.ValueKind == JsonValueKind.Object
            ? body
            : throw new ApiException(StatusCodes.Status400BadRequest, "The body must be a JSON object, such as {}.");
    }

    private static ApiException NotJson() =>
        new(StatusCodes.Status400BadRequest, CrossSite.Refusal);

    /// <summary>A text member; null when it is absent or null.</summary>
    /// <exception cref="ApiException">It is no text.</exception>
    public static string? Text(this JsonElement body, string name) => !body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null
        ? null
        : value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw new ApiException(StatusCodes.Status400BadRequest, $"'{name}' must be a text.");
}
