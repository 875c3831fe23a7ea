using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Rig.Domain.Json;

namespace Rig.Hosting.Http;

/// <summary>Reads JSON bodies by hand, so that each thing wrong with one is said in words.</summary>
public static class RequestBody
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

        var json = buffer.AsMemory(0, length);
        json = json[ByteOrderMark.LengthIn(json.Span)..];

        // The parser leaves text undecoded until it is asked for, and would fail only then.
        if (!Utf8.IsValid(json.Span))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "The body is not UTF-8.");
        }

        JsonElement body;
        try
        {
            body = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 }).RootElement;
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
            ? Decoded(value, name)
            : throw new ApiException(StatusCodes.Status400BadRequest, $"'{name}' must be a text.");

    private static string? Decoded(JsonElement value, string name)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escape that names half of a character.
            throw new ApiException(StatusCodes.Status400BadRequest, $"'{name}' is no text that can be read.");
        }
    }
}
