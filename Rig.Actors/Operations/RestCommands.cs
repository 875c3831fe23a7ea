using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rig.Actors.Operations;

/// <summary>Commands that this process's own REST routes answer, so that an operator and a browser see and do the same.</summary>
/// <param name="root">Where this process listens; null before it does.</param>
public sealed class RestCommands(HttpClient http, Func<Uri?> root)
{
    private const long MaxAnswerBytes = 4 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="addresses">Where the web server listens, as soon as it does.</param>
    public static RestCommands OfThisProcess(Func<IEnumerable<string>?> addresses) => new(
        new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Patience },
        () => addresses()?.FirstOrDefault() is { } address ? Reachable(address) : null);

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
            using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, address);
            request.Content = body is null ? null : new StringContent(body.ToJsonString(), MediaTypeHeaderValue.Parse("application/json"));
            using var reply = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            await reply.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken);
            var answer = JsonNode.Parse(await reply.Content.ReadAsStringAsync(cancellationToken)) ?? new JsonObject();
            return reply.IsSuccessStatusCode ? answer : throw new CommandFailedException(Sentence(answer, reply.StatusCode, path));
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw new CommandFailedException($"{path} could not be asked: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailedException($"{path} did not answer in time.");
        }
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
