using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rig.Rehearsal.Demo;

/// <summary>REST calls to Rig's own programs, JSON in and out, by one who pairs with each node and keeps its cookies.</summary>
internal sealed class RigApi : IDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(3) };

    /// <returns>The body, or null while the program cannot be reached or answers with an error.</returns>
    public async Task<JsonNode?> TryGetAsync(Uri root, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var reply = await AskAsync(root, () => client.GetAsync(new Uri(root, path), cancellationToken), cancellationToken);
            return reply.IsSuccessStatusCode ? await ReadAsync(reply, cancellationToken) : null;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <exception cref="DemoException">The answer was an error; the message holds the program's own words.</exception>
    public async Task<JsonNode> PostAsync(Uri root, string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var reply = await AskAsync(root, () => PostOnceAsync(new Uri(root, path), body, cancellationToken), cancellationToken);
        var answer = await ReadAsync(reply, cancellationToken);
        return reply.IsSuccessStatusCode
            ? answer
            : throw new DemoException($"{path} answered {(int)reply.StatusCode}: {(string?)answer["error"] ?? (string?)answer["message"] ?? answer.ToJsonString()}", (string?)answer["code"]);
    }

    /// <returns>The body as a stream, which the caller disposes; null when there is no such thing (404).</returns>
    public async Task<Stream?> OpenAsync(Uri root, string path, CancellationToken cancellationToken)
    {
        var reply = await AskAsync(root, () => client.GetAsync(new Uri(root, path), HttpCompletionOption.ResponseHeadersRead, cancellationToken), cancellationToken);
        if (reply.StatusCode == HttpStatusCode.NotFound)
        {
            reply.Dispose();
            return null;
        }

        reply.EnsureSuccessStatusCode();
        return await reply.Content.ReadAsStreamAsync(cancellationToken);
    }

    /// <summary>Signs in to the home server and keeps the cookie; as soon as it answers.</summary>
    /// <exception cref="DemoException">It refuses; the message holds its own words.</exception>
    public async Task SignInAsync(Uri root, string name, string password, CancellationToken cancellationToken)
    {
        while (await TryGetAsync(root, "/api/v1/health", cancellationToken) is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken);
        }

        await PostAsync(root, "/api/v1/sign-in", new JsonObject { ["name"] = name, ["password"] = password }, cancellationToken);
    }

    public void Dispose() => client.Dispose();

    /// <summary>A node fresh from its first start is paired with first, as a phone is: its page shows the PIN until somebody owns it.</summary>
    private async Task<HttpResponseMessage> AskAsync(Uri root, Func<Task<HttpResponseMessage>> ask, CancellationToken cancellationToken)
    {
        var reply = await ask();
        if (reply.StatusCode != HttpStatusCode.Unauthorized || !await PairAsync(new Uri(root, "/api/v1/pairing"), cancellationToken))
        {
            return reply;
        }

        reply.Dispose();
        return await ask();
    }

    private async Task<bool> PairAsync(Uri pairing, CancellationToken cancellationToken)
    {
        using var look = await client.GetAsync(pairing, cancellationToken);
        if (!look.IsSuccessStatusCode || (await ReadAsync(look, cancellationToken))["invitation"] is not JsonObject invitation)
        {
            return false;
        }

        using var paired = await PostOnceAsync(pairing, new JsonObject { ["pin"] = (string?)invitation["pin"], ["name"] = "rehearsal" }, cancellationToken);
        return paired.IsSuccessStatusCode;
    }

    private async Task<HttpResponseMessage> PostOnceAsync(Uri address, JsonObject body, CancellationToken cancellationToken)
    {
        using var content = new StringContent(body.ToJsonString(), MediaTypeHeaderValue.Parse("application/json"));
        return await client.PostAsync(address, content, cancellationToken);
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage reply, CancellationToken cancellationToken)
    {
        await using var stream = await reply.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonNode.ParseAsync(stream, cancellationToken: cancellationToken) ?? new JsonObject();
    }
}
