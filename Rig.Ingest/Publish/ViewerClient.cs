using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Rig.Actors.Pipeline;
using Rig.Domain.Publishing;

namespace Rig.Ingest.Publish;

/// <summary>The viewer's side of docs/ref/publish-api.md. What may pass is thrown as <see cref="ViewerBusyException"/>, what will not as <see cref="StageFailedException"/>.</summary>
internal sealed class ViewerClient(HttpClient http, PublishOptions options)
{
    private const int MaxReplyBytes = 1 << 20;

    private readonly string root = options.ViewerUrl.TrimEnd('/') + "/api/v1/push/games";

    public async Task<PublicationStatus> AnnounceAsync(GamePublication game, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(game, PublicationJson.Default.GamePublication));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await StatusAsync(HttpMethod.Post, root, content, cancellationToken);
    }

    public Task<PublicationStatus> StatusAsync(int gameId, CancellationToken cancellationToken) =>
        StatusAsync(HttpMethod.Get, $"{root}/{gameId}", content: null, cancellationToken);

    /// <returns>Null when the viewer says that a file is missing or wrong (409), with its words.</returns>
    public async Task<(PublicationStatus? Status, string? Objection)> PublishAsync(int gameId, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Post, $"{root}/{gameId}/publish"), cancellationToken);
        var body = await BodyAsync(response, cancellationToken);
        return response.StatusCode == HttpStatusCode.Conflict ? (null, ErrorIn(body)) : (Parse(response, body), null);
    }

    /// <summary>Appends one stretch of a file.</summary>
    /// <returns>Where the viewer is now; on a disagreement where it is instead.</returns>
    public async Task<long> AppendAsync(int gameId, string name, Stream file, long offset, int length, CancellationToken cancellationToken)
    {
        file.Position = offset;
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"{root}/{gameId}/files/{Uri.EscapeDataString(name)}")
        {
            Content = new StreamContent(new Stretch(file, length)) { Headers = { ContentLength = length, ContentType = new MediaTypeHeaderValue("application/octet-stream") } },
        };
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        using var response = await SendAsync(request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity
            && response.Headers.TryGetValues("Upload-Offset", out var values)
            && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var now))
        {
            return now;
        }

        throw Refused(response, await BodyAsync(response, cancellationToken));
    }

    private async Task<PublicationStatus> StatusAsync(HttpMethod method, string url, HttpContent? content, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(new HttpRequestMessage(method, url) { Content = content }, cancellationToken);
        return Parse(response, await BodyAsync(response, cancellationToken));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.RequestTimeout);
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ViewerBusyException($"The viewer at {options.ViewerUrl} does not answer ({e.Message}).", retryAfter: null, e);
        }

        if ((int)response.StatusCode is 408 or 429 or >= 500 and not 507)
        {
            using (response)
            {
                var retryAfter = response.Headers.RetryAfter?.Delta;
                throw new ViewerBusyException($"The viewer answered {(int)response.StatusCode}.", retryAfter, innerException: null);
            }
        }

        return response;
    }

    private static async Task<byte[]> BodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxReplyBytes, cancellationToken);
            return await response.Content.ReadAsByteArrayAsync(cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new ViewerBusyException("The viewer's answer was cut off.", retryAfter: null, e);
        }
    }

    private static PublicationStatus Parse(HttpResponseMessage response, byte[] body)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw Refused(response, body);
        }

        try
        {
            return JsonSerializer.Deserialize(body, PublicationJson.Default.PublicationStatus) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new StageFailedException("What answers at Rig:Push:ViewerUrl is not a viewer of this version. Correct the address, or update one of them.", e);
        }
    }

    private static StageFailedException Refused(HttpResponseMessage response, byte[] body) => new(response.StatusCode switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "The viewer refuses this server's key. Set Rig:Push:ApiKey to the key that the viewer shows, then press Retry.",
        HttpStatusCode.NotFound when body.Length == 0 => "What answers at Rig:Push:ViewerUrl has no publish API. Correct the address, then press Retry.",
        _ => $"The viewer refused the match ({(int)response.StatusCode}): {ErrorIn(body) ?? "it gave no reason."}",
    });

    private static string? ErrorIn(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String
                ? error.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The viewer may do better in a moment.</summary>
internal sealed class ViewerBusyException(string message, TimeSpan? retryAfter, Exception? innerException) : Exception(message, innerException)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
