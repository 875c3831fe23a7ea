using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace Rig.CameraNode.Peers;

/// <param name="Body">What it answered, whatever the status; null when it gave no answer that can be used.</param>
/// <param name="Error">In plain words, when there is no body.</param>
internal sealed record PeerAnswer(bool Succeeded, JsonObject? Body, string? Error);

/// <summary>Asks other cameras' routes, each with its own timeout; a camera that is gone or talks nonsense is an answer and no exception.</summary>
internal sealed class PeerHttp(IOptions<PeerOptions> options) : IDisposable
{
    private const int MaxAnswerBytes = 8 << 20;

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(options.Value.AnswerTimeoutSec),
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MaxAnswerBytes,
        DefaultRequestHeaders = { { Rig.Hosting.Trust.MachineHttp.PlainMachineHeader, "node" } },
    };

    public void Dispose() => http.Dispose();

    /// <summary>What is no JSON: pictures.</summary>
    /// <param name="wait">For the whole body, of bounded size; else for the headers alone.</param>
    /// <returns>The answer, whatever its status, for the caller to dispose of; or why there is none.</returns>
    public async Task<(HttpResponseMessage? Answer, string? Error)> OpenAsync(Peer peer, string path, bool wait, CancellationToken cancellationToken)
    {
        if (peer.BaseUrl is not { } baseUrl)
        {
            return (null, $"{peer.CameraId} was not heard of yet. Check that it is switched on, or add its address.");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(options.Value.AnswerTimeoutSec));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, baseUrl + path);
            return (await http.SendAsync(request, wait ? HttpCompletionOption.ResponseContentRead : HttpCompletionOption.ResponseHeadersRead, limit.Token), null);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, $"{peer.CameraId} cannot be reached. Check that it is switched on and on the network.");
        }
    }

    public Task<PeerAnswer> GetAsync(string baseUrl, string path, TimeSpan timeout, CancellationToken cancellationToken) =>
        AskAsync(new HttpRequestMessage(HttpMethod.Get, baseUrl + path), timeout, cancellationToken);

    public Task<PeerAnswer> PostAsync(string baseUrl, string path, JsonObject body, TimeSpan timeout, CancellationToken cancellationToken) =>
        AskAsync(
            new HttpRequestMessage(HttpMethod.Post, baseUrl + path) { Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json") },
            timeout, cancellationToken);

    private async Task<PeerAnswer> AskAsync(HttpRequestMessage request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var sent = request;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, limit.Token);
            var bytes = await response.Content.ReadAsByteArrayAsync(limit.Token);
            return JsonNode.Parse(bytes, documentOptions: new JsonDocumentOptions { MaxDepth = 32 }) is JsonObject body
                ? new PeerAnswer(response.IsSuccessStatusCode, body, null)
                : Nonsense();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new PeerAnswer(false, null, "The camera did not answer in time.");
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return new PeerAnswer(false, null, "The camera's answer is too large.");
        }
        catch (HttpRequestException)
        {
            return new PeerAnswer(false, null, "The camera cannot be reached. Check that it is switched on and on the network.");
        }
        catch (JsonException)
        {
            return Nonsense();
        }
    }

    private static PeerAnswer Nonsense() => new(false, null, "What answers at that address is no camera of this rig.");
}
