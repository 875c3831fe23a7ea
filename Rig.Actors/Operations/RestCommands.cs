using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rig.Actors.Operations;

/// <summary>Commands that this process's own REST routes answer, so that an operator and a browser see and do the same.</summary>
/// <param name="root">Where this process listens; null before it does.</param>
/// <param name="breaker">Keeps operators from piling up before a web server that hangs.</param>
public sealed class RestCommands(HttpClient http, Func<Uri?> root, CircuitBreaker breaker)
{
    private const long MaxAnswerBytes = 4 << 20;

    private const int MaxFailures = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <param name="addresses">Where the web server listens, as soon as it does.</param>
    /// <param name="own">The certificate that the web server shows, with its key; null where it speaks plain HTTP.</param>
    public static RestCommands OfThisProcess(Func<IEnumerable<string>?> addresses, IScheduler scheduler, X509Certificate2? own = null) => new(
        new HttpClient(OwnHandler(own)) { Timeout = Patience * 2 },
        () => addresses()?.FirstOrDefault() is { } address ? Reachable(address) : null,
        CircuitBreaker.Create(scheduler, MaxFailures, Patience, Pause));

    /// <summary>
    /// Over TLS it believes only this process's own certificate, whatever name and chain that has: it names the address that others
    /// use. It shows the same one, for a server that lets in only whoever has a certificate.
    /// </summary>
    private static SocketsHttpHandler OwnHandler(X509Certificate2? own)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => own is not null && certificate is not null && own.RawDataMemory.Span.SequenceEqual(certificate.GetRawCertData());
        if (own is not null)
        {
            handler.SslOptions.ClientCertificates = [own];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => own;
        }

        return handler;
    }

    /// <param name="body">Null is a GET, else the object that is posted.</param>
    /// <param name="rows">The items that the answer stands for.</param>
    public CommandHandler Call(string path, Func<CommandArguments, JsonObject>? body, Func<JsonNode, IEnumerable<JsonNode?>> rows) =>
        (arguments, cancellationToken) => CallAsync(path, body?.Invoke(arguments), rows, cancellationToken);

    private async IAsyncEnumerable<JsonObject> CallAsync(
        string path, JsonObject? body, Func<JsonNode, IEnumerable<JsonNode?>> rows, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var answer = await AskAsync(path, body, cancellationToken);
        foreach (var row in rows(answer).OfType<JsonObject>())
        {
            yield return (JsonObject)row.DeepClone();
        }
    }

    private async Task<JsonNode> AskAsync(string path, JsonObject? body, CancellationToken cancellationToken)
    {
        var address = new Uri(root() ?? throw new CommandFailedException("This program does not listen yet. Try again in a moment."), path);
        try
        {
            // An answer is an answer, also one that refuses; only silence and broken answers count as failures.
            var (status, answer) = await breaker.WithCircuitBreaker(timeout => SendAsync(address, body, timeout)).WaitAsync(cancellationToken);
            return (int)status is >= 200 and < 300 ? answer : throw new CommandFailedException(Sentence(answer, status, path));
        }
        catch (OpenCircuitException e)
        {
            throw new CommandFailedException($"This program's own web server failed {MaxFailures} times in a row. It is asked again in {Math.Ceiling(e.RemainingDuration.TotalSeconds):0} s.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TimeoutException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailedException($"{path} could not be asked: {e.Message}");
        }
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> SendAsync(Uri address, JsonObject? body, CancellationToken timeout)
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, address);
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), MediaTypeHeaderValue.Parse("application/json"));
        using var reply = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout);
        await reply.Content.LoadIntoBufferAsync(MaxAnswerBytes, timeout);
        return (reply.StatusCode, JsonNode.Parse(await reply.Content.ReadAsStringAsync(timeout)) ?? new JsonObject());
    }

    /// <summary>A server that listens on every address is asked on this machine's own.</summary>
    private static Uri Reachable(string address)
    {
        var given = new Uri(address);
        return given.Host is "0.0.0.0" or "[::]" ? new UriBuilder(given) { Host = "127.0.0.1" }.Uri : given;
    }

    private static string Sentence(JsonNode answer, HttpStatusCode status, string path) =>
        answer is JsonObject fields && (fields["error"] ?? fields["message"]) is JsonValue text ? text.ToString() : $"{path} answered {(int)status}.";
}
