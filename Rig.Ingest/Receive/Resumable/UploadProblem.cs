using System.Text.Json.Nodes;

namespace Rig.Ingest.Receive;

/// <summary>Answers with the draft's problem types (RFC 9457), which also carry this server's own <c>success</c> and <c>error</c>.</summary>
internal static class UploadProblem
{
    private const string Types = "https://iana.org/assignments/http-problem-types#";

    public static IResult MismatchingOffset(HttpContext context, long expected, long provided)
    {
        context.Response.Headers[UploadHeaders.Offset] = expected.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Result(
            context,
            409,
            "mismatching-upload-offset",
            $"The upload is at byte {expected}, not {provided}. Go on from there.",
            new JsonObject { ["expected-offset"] = expected, ["provided-offset"] = provided });
    }

    public static IResult InconsistentLength(HttpContext context, string error) => Result(context, 400, "inconsistent-upload-length", error, []);

    /// <summary>Of the draft's earlier versions; the newest one leaves it open what is answered.</summary>
    public static IResult CompletedUpload(HttpContext context) =>
        Result(context, 400, "completed-upload", "The upload is complete; nothing can be appended to it.", []);

    private static IResult Result(HttpContext context, int status, string type, string error, JsonObject more)
    {
        context.Response.Headers[UploadHeaders.Complete] = UploadHeaders.Format(false);
        var body = new JsonObject { ["type"] = Types + type, ["title"] = error, ["status"] = status, ["success"] = false, ["error"] = error };
        foreach (var (name, value) in more)
        {
            body[name] = value?.DeepClone();
        }

        return Results.Json(body, contentType: "application/problem+json", statusCode: status);
    }
}
