using System.Net;
using System.Text.Json;
using System.Text.Unicode;
using Rig.Actors.Transfer;
using Rig.Hosting.Trust;

namespace Rig.CameraNode.Upload;

/// <summary>A server's answer: its status, and its body where that is a JSON object of sane size.</summary>
internal sealed class ServerReply : IDisposable
{
    private const int MaxBytes = 64 * 1024;

    private readonly JsonDocument? body;

    private ServerReply(HttpStatusCode status, JsonDocument? body) => (Status, this.body) = (status, body);

    public HttpStatusCode Status { get; }

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public static async Task<ServerReply> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MaxBytes + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        JsonDocument? body = null;
        try
        {
            if (length is > 0 and <= MaxBytes && Utf8.IsValid(buffer.AsSpan(0, length)))
            {
                body = JsonDocument.Parse(buffer.AsMemory(0, length), new JsonDocumentOptions { MaxDepth = 16 });
            }
        }
        catch (JsonException)
        {
            // A proxy's error page, say; the status tells enough.
        }

        return new ServerReply(response.StatusCode, body);
    }

    public string? Text(string name) => Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public double? Number(string name) => Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) ? number : null;

    public bool? Flag(string name) => Member(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    /// <summary>The server's signed word; null where it gave none.</summary>
    public SignedReceipt? Receipt => body is null ? null : SignedReceipt.In(body.RootElement);

    /// <summary>The body as it came, at most 4096 characters.</summary>
    public string Raw => body?.RootElement.GetRawText() is { } text ? text[..Math.Min(text.Length, 4096)] : "";

    /// <summary>
    /// Why the server did not take it, and whether to try again. A wrong checksum comes as 400 from some servers and is still worth
    /// another attempt: the bytes were harmed on their way.
    /// </summary>
    public SendOutcome.Failed ToFailure(string doing)
    {
        var error = Text("error") ?? Text("detail") ?? Text("title") ?? $"it answered {(int)Status}";
        var mismatch = error.Contains("checksum", StringComparison.OrdinalIgnoreCase) && error.Contains("mismatch", StringComparison.OrdinalIgnoreCase);
        var mayRetry = mismatch || (int)Status >= 500 || Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;
        return new SendOutcome.Failed($"{doing}: the server said ({(int)Status}) {error}", mayRetry);
    }

    public void Dispose() => body?.Dispose();

    private JsonElement? Member(string name) =>
        body?.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty(name, out var value) ? value : null;
}
