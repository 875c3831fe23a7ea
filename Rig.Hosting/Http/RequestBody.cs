using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Rig.Domain.Json;

namespace Rig.Hosting.Http;

/// <summary>Reads JSON bodies by hand, so that each thing wrong with one is said in words.</summary>
public static class RequestBody
{
    private const int MaxBytes = 64 * 1024;

    /// <returns>An empty object for an empty body.</returns>
    /// <exception cref="ApiException">400 that says what is wrong, 413 when too large.</exception>
    public static async Task<JsonElement> ReadObjectAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var isJson = request.HasJsonContentType();
        if (!CrossSite.IsExcluded(isJson, request.ContentType, request.Headers.Origin, $"{request.Scheme}://{request.Host}"))
        {
            throw NotJson();
        }

        var json = await ReadAsync(request, MaxBytes, cancellationToken);
        return json.Length == 0 ? JsonDocument.Parse("{}").RootElement : isJson ? Parse(json) : throw NotJson();
    }

    /// <summary>Whatever Content-Type the client wrote: for programs that bring a key or a certificate.</summary>
    /// <exception cref="ApiException">400 that says what is wrong, 413 when too large.</exception>
    public static async Task<JsonElement> ReadObjectOfAnyTypeAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken) =>
        Parse(await ReadAsync(request, maxBytes, cancellationToken));

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
        {
            throw TooLarge(maxBytes);
        }

        var buffer = new byte[maxBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > maxBytes ? throw TooLarge(maxBytes) : buffer.AsMemory(0, length);
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> json)
    {
        // The parser leaves text undecoded until it is asked for, and would fail only then.
        if (!Utf8.IsValid(json.Span))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "The body is not UTF-8.");
        }

        try
        {
            return StrictJson.Parse(json, maxDepth: 16).RootElement is { ValueKind: JsonValueKind.Object } body
                ? body
                : throw new ApiException(StatusCodes.Status400BadRequest, "The body must be a JSON object, such as {}.");
        }
        catch (JsonException e) when (e.LineNumber is null)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"The body is not valid JSON: {e.Message}.");
        }
        catch (JsonException e)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"The body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).");
        }
    }

    private static ApiException TooLarge(int maxBytes) => new(StatusCodes.Status413PayloadTooLarge, $"The body is larger than {maxBytes / 1024} KiB.");

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
