using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Rig.Domain.Identity;
using Rig.Hosting.Trust;
using Rig.Hosting.Trust.Certificates;

namespace Rig.CameraNode.Peers;

/// <param name="Body">What it answered, whatever the status; null when it gave no answer that can be used.</param>
/// <param name="Error">In plain words, when there is no body.</param>
internal sealed record PeerAnswer(bool Succeeded, JsonObject? Body, string? Error);

/// <summary>
/// Asks other cameras' routes, each with its own timeout; a camera that is gone or talks nonsense is an answer and no exception. Between
/// enrolled cameras by their machine ports, where each proves which camera it is; plain only where the configuration allows it.
/// </summary>
internal sealed class PeerHttp(IOptions<PeerOptions> options, RigTrust trust) : IDisposable
{
    private const int MaxAnswerBytes = 8 << 20;

    private readonly Lazy<HttpClient> plain = new(() =>
    {
        var http = Client(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false }, options.Value);
        http.DefaultRequestHeaders.Add(MachineHttp.PlainMachineHeader, "node");
        return http;
    });

    private readonly ConcurrentDictionary<CameraId, Lazy<HttpClient>> machines = new();

    public void Dispose()
    {
        foreach (var client in machines.Values.Append(plain).Where(client => client.IsValueCreated))
        {
            client.Value.Dispose();
        }
    }

    public Task<PeerAnswer> GetAsync(Peer peer, string path, TimeSpan timeout, CancellationToken cancellationToken) =>
        AskAsync(peer, url => new HttpRequestMessage(HttpMethod.Get, url + path), timeout, cancellationToken);

    /// <summary>What is no JSON: pictures.</summary>
    /// <param name="wait">For the whole body, of bounded size; else for the headers alone.</param>
    /// <returns>The answer, whatever its status, for the caller to dispose of; or why there is none.</returns>
    public async Task<(HttpResponseMessage? Answer, string? Error)> OpenAsync(Peer peer, string path, bool wait, CancellationToken cancellationToken)
    {
        if (Way(peer, out var error) is not var (http, url))
        {
            return (null, error);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(options.Value.AnswerTimeoutSec));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url + path);
            return (await http.SendAsync(request, wait ? HttpCompletionOption.ResponseContentRead : HttpCompletionOption.ResponseHeadersRead, limit.Token), null);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, $"{peer.CameraId} cannot be reached. Check that it is switched on and on the network.");
        }
    }

    public Task<PeerAnswer> PostAsync(Peer peer, string path, JsonObject body, TimeSpan timeout, CancellationToken cancellationToken) =>
        AskAsync(
            peer,
            url => new HttpRequestMessage(HttpMethod.Post, url + path) { Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json") },
            timeout, cancellationToken);

    /// <summary>The client and the root of the routes by which a camera is asked.</summary>
    /// <param name="error">Why it cannot be asked, with the remedy.</param>
    public (HttpClient Http, string Url)? Way(Peer peer, out string error)
    {
        error = "";
        if (trust.IsEnrolled && peer.MachineUrlAt(trust.Options.MachinePort) is { } machineUrl)
        {
            return (machines.GetOrAdd(peer.CameraId, camera => new Lazy<HttpClient>(() => ForCamera(camera))).Value, machineUrl);
        }

        if (trust.AllowsPlain && peer.BaseUrl is { } baseUrl)
        {
            return (plain.Value, baseUrl);
        }

        error = peer.BaseUrl is null ? $"{peer.CameraId} was not heard of yet. Check that it is switched on, or add its address."
            : trust.IsEnrolled ? $"{peer.CameraId} is not enrolled in this rig. 'rig-node trust join' there enrols it."
            : "This camera is not enrolled in a rig, so others do not answer it. 'rig-node trust join' enrols it.";
        return null;
    }

    private HttpClient ForCamera(CameraId camera)
    {
        var handler = new SocketsHttpHandler();
        handler.UseMachines(trust, other => other == MachineIdentity.Node(camera));
        return Client(handler, options.Value);
    }

    private static HttpClient Client(SocketsHttpHandler handler, PeerOptions options)
    {
        handler.ConnectTimeout = TimeSpan.FromSeconds(options.AnswerTimeoutSec);
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(1);
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswerBytes };
    }

    private async Task<PeerAnswer> AskAsync(Peer peer, Func<string, HttpRequestMessage> ask, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (Way(peer, out var error) is not var (http, url))
        {
            return new PeerAnswer(false, null, error);
        }

        using var request = ask(url);
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
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            return new PeerAnswer(false, null, $"What answers at that address does not prove to be {peer.CameraId} of this rig. Is it enrolled, and is this camera?");
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
