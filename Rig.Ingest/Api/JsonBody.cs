using System.Text.Json;
using System.Text.Unicode;
using Rig.Hosting.Http;
using Rig.Ingest.Intake;

namespace Rig.Ingest.Api;

internal static class JsonBody
{
    /// <summary>Reads a small JSON object whatever Content-Type the client wrote.</summary>
    /// <exception cref="ApiException">413 or 400: too large, broken, or not an object.</exception>
    public static async Task<JsonDocument> ReadObjectAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[maxBytes + 1];
        var read = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (read > maxBytes)
        {
            throw new ApiException(413, $"The request is longer than {maxBytes} bytes.");
        }

        // The parser leaves text undecoded until it is asked for, and would fail only then.
        if (!Utf8.IsValid(buffer.AsSpan(0, read)))
        {
            throw new ApiException(400, "The request's body must be UTF-8.");
        }

        try
        {
            var document = StrictJson.Parse(buffer.AsMemory(0, read), maxDepth: 16);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException)
        {
            // Answered below.
        }

        throw new ApiException(400, "The request's body must be a JSON object.");
    }
}
