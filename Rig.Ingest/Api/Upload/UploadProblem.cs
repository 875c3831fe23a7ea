using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Rig.Ingest.Api;

/// <summary>A problem type of the draft (RFC 9457) that also carries this server's own <c>success</c> and <c>error</c>.</summary>
/// <param name="Type">URI of the problem type.</param>
/// <param name="Title">A sentence.</param>
/// <param name="Status">HTTP.</param>
/// <param name="Success">Always false.</param>
/// <param name="Error">As <paramref name="Title"/>.</param>
/// <param name="ExpectedOffset">Bytes that the server holds, where the offset is the problem.</param>
/// <param name="ProvidedOffset">Bytes that the sender believed it to hold.</param>
internal sealed record UploadProblemReply(
    string Type,
    string Title,
    int Status,
    bool Success,
    string Error,
    [property: JsonPropertyName("expected-offset"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ExpectedOffset = null,
    [property: JsonPropertyName("provided-offset"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ProvidedOffset = null);

/// <summary>Answers with the draft's problem types.</summary>
internal static class UploadProblem
{
    private const string Types = "https://iana.org/assignments/http-problem-types#";

    public static IResult MismatchingOffset(HttpContext context, long expected, long provided)
    {
        context.Response.Headers[UploadHeaders.Offset] = expected.ToString(CultureInfo.InvariantCulture);
        return Result(context, 409, "mismatching-upload-offset", $"The upload is at byte {expected}, not {provided}. Go on from there.", expected, provided);
    }

    public static IResult InconsistentLength(HttpContext context, string error) => Result(context, 400, "inconsistent-upload-length", error);

    /// <summary>Of the draft's earlier versions; the newest one leaves it open what is answered.</summary>
    public static IResult CompletedUpload(HttpContext context) => Result(context, 400, "completed-upload", "The upload is complete; nothing can be appended to it.");

    private static JsonHttpResult<UploadProblemReply> Result(HttpContext context, int status, string type, string error, long? expected = null, long? provided = null)
    {
        context.Response.Headers[UploadHeaders.Complete] = UploadHeaders.Format(false);
        return TypedResults.Json(
            new UploadProblemReply(Types + type, error, status, Success: false, error, expected, provided), contentType: "application/problem+json", statusCode: status);
    }
}
