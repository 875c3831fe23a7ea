using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Rig.Domain.Operations;

namespace Rig.Ctl.Operations;

/// <summary>A session at a program's operations port. docs/ref/rigctl.md describes the routes.</summary>
internal sealed class OperationsClient : IDisposable
{
    private const int MaxAnswerBytes = 32 << 20;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly HttpClient http;
    private readonly NodeAddress address;
    private readonly string token;
    private (string Id, byte[] Key) session;
    private long count;

    private OperationsClient(NodeAddress address, string token)
    {
        (this.address, this.token) = (address, token);
        http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTimeout,
            // The program closes an idle connection after 5 s.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3),
        })
        {
            BaseAddress = new UriBuilder("http", address.Host, address.Port).Uri,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>The name that the node gave itself.</summary>
    public string Node { get; private set; } = "";

    /// <summary>What it offers.</summary>
    public IReadOnlyList<string> Commands { get; private set; } = [];

    /// <exception cref="OperatorException">The node cannot be reached, or knows another token.</exception>
    public static async Task<OperationsClient> ConnectAsync(NodeAddress address, string token, CancellationToken cancellationToken)
    {
        var client = new OperationsClient(address, token);
        try
        {
            await client.OpenAsync(cancellationToken);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Runs one command; its items come as the node produces them.</summary>
    /// <exception cref="OperatorException">The node refused it, it failed, or the connection broke.</exception>
    public async IAsyncEnumerable<JsonObject> RunAsync(
        OperatorCommand command, IReadOnlyDictionary<string, string> arguments, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reply = await SendAsync(command, arguments, cancellationToken);
        var items = command.Streams ? CommandEvents.ReadAsync(reply, cancellationToken) : ListAsync(reply, cancellationToken);
        await using var source = items.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await source.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or JsonException)
            {
                throw Broken(e);
            }

            yield return source.Current;
        }
    }

    public void Dispose() => http.Dispose();

    private static async IAsyncEnumerable<JsonObject> ListAsync(HttpResponseMessage reply, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var item in (await ReadAsync(reply, OperationsJson.Default.CommandItems, cancellationToken)).Items)
        {
            yield return item;
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ConnectTimeout);
        try
        {
            var challenge = await ChallengeAsync(timeout.Token);
            var nonce = OperatorProof.NewNonce();
            var proof = OperatorProof.OfOperator(token, challenge.Nonce, nonce);
            using var reply = await http.PostAsJsonAsync(
                OperationsHttp.SessionRoute, new OpenSession(challenge.Nonce, nonce, proof), OperationsJson.Default.OpenSession, timeout.Token);
            if (!reply.IsSuccessStatusCode)
            {
                throw new OperatorException(ExitCode.WrongToken, $"{address} refused: {await SentenceAsync(reply, timeout.Token)}");
            }

            var opened = await ReadAsync(reply, OperationsJson.Default.SessionOpened, timeout.Token);
            if (!OperatorProof.Matches(OperatorProof.OfNode(token, challenge.Nonce, nonce), opened.Proof))
            {
                throw new OperatorException(ExitCode.WrongToken, $"What answers at {address} does not know the token itself. Nothing was asked of it.");
            }

            (Node, Commands) = (challenge.Node, opened.Commands);
            (session, count) = ((challenge.Nonce, OperatorProof.SessionKey(token, challenge.Nonce, nonce)), 0);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new OperatorException(ExitCode.Unreachable, $"{address} did not answer within {ConnectTimeout.TotalSeconds:0} s.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new OperatorException(ExitCode.Unreachable, $"{address} cannot be reached: {e.Message}. Is the program running, and does Rig:Operations:ListenAddress let this machine in?");
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            throw new OperatorException(ExitCode.Unreachable, $"What answers at {address} is no Rig program: {e.Message}");
        }
    }

    private async Task<OperatorChallenge> ChallengeAsync(CancellationToken cancellationToken)
    {
        using var reply = await http.PostAsync(OperationsHttp.ChallengeRoute, content: null, cancellationToken);
        if (!reply.IsSuccessStatusCode)
        {
            throw new InvalidDataException($"it answered {(int)reply.StatusCode}.");
        }

        var challenge = await ReadAsync(reply, OperationsJson.Default.OperatorChallenge, cancellationToken);
        return challenge.RigOperations == OperationsHttp.Version && OperatorProof.IsNonce(challenge.Nonce) && challenge.Node is not null
            ? challenge
            : throw new InvalidDataException($"its challenge is not of version {OperationsHttp.Version}.");
    }

    /// <returns>The answer of a program that knows the session's key and does what was asked.</returns>
    private async Task<HttpResponseMessage> SendAsync(OperatorCommand command, IReadOnlyDictionary<string, string> arguments, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await SendOnceAsync(command, arguments, cancellationToken);
            if (reply.StatusCode == HttpStatusCode.Unauthorized)
            {
                // The program was restarted, or has forgotten a session that was idle for long; it ran nothing.
                reply.Dispose();
                await OpenAsync(cancellationToken);
                reply = await SendOnceAsync(command, arguments, cancellationToken);
            }

            if (!IsSigned(reply))
            {
                reply.Dispose();
                throw new OperatorException(ExitCode.Unreachable, $"What answers at {address} does not know this session, and answers {(int)reply.StatusCode}.");
            }

            if (!reply.IsSuccessStatusCode)
            {
                using (reply)
                {
                    throw new OperatorException(ExitCode.Refused, await SentenceAsync(reply, cancellationToken));
                }
            }

            return reply;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Broken(e);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(OperatorCommand command, IReadOnlyDictionary<string, string> arguments, CancellationToken cancellationToken)
    {
        var query = string.Join('&', arguments.Select(argument => $"{Uri.EscapeDataString(argument.Key)}={Uri.EscapeDataString(argument.Value)}"));
        var uri = new Uri(http.BaseAddress!, command.Changes || query.Length == 0 ? command.Path : $"{command.Path}?{query}");
        byte[] body = command.Changes
            ? Encoding.UTF8.GetBytes(new JsonObject(arguments.Select(argument => KeyValuePair.Create(argument.Key, (JsonNode?)argument.Value))).ToJsonString())
            : [];
        using var request = new HttpRequestMessage(new HttpMethod(command.Method), uri);
        if (command.Changes)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        count++;
        var proof = OperatorProof.OfRequest(session.Key, count, command.Method, uri.PathAndQuery, body);
        request.Headers.Authorization = new AuthenticationHeaderValue(OperatorProof.Scheme, new OperatorAuthorization(session.Id, count, proof).ToString());
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private bool IsSigned(HttpResponseMessage reply) =>
        OperatorProof.Matches(OperatorProof.OfAnswer(session.Key, count, (int)reply.StatusCode), reply.Headers.TryGetValues(OperationsHttp.ProofHeader, out var given) ? given.First() : null);

    private static OperatorException Broken(Exception cause) => new(ExitCode.Unreachable, $"The connection broke: {cause.Message}");

    private static async Task<T> ReadAsync<T>(HttpResponseMessage reply, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await reply.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken);
        return await reply.Content.ReadFromJsonAsync(type, cancellationToken) ?? throw new InvalidDataException("it answered null.");
    }

    /// <summary>What the program says of a refusal.</summary>
    private static async Task<string> SentenceAsync(HttpResponseMessage reply, CancellationToken cancellationToken)
    {
        await reply.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken);
        try
        {
            return (string?)JsonNode.Parse(await reply.Content.ReadAsStringAsync(cancellationToken))?["detail"] ?? $"It answered {(int)reply.StatusCode}.";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return $"It answered {(int)reply.StatusCode}.";
        }
    }
}
