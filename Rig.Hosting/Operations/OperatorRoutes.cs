using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Rig.Domain.Operations;

namespace Rig.Hosting.Operations;

/// <summary>The routes of the operations port: challenge, session, and one for each command. docs/ref/rigctl.md describes them.</summary>
/// <param name="node">This program's name for itself.</param>
internal sealed class OperatorRoutes(string node, OperatorSessions sessions, OperatorPalette palette, ILogger log) : IDisposable
{
    private const int MaxCommandsPerSecond = 20;
    private const string NotAdmitted = "This session is not open, or the request was not signed with its key. Open a new one.";

    private readonly SlidingWindowRateLimiter rate = new(new() { PermitLimit = MaxCommandsPerSecond, Window = TimeSpan.FromSeconds(1), SegmentsPerWindow = 10 });

    public void Map(WebApplication app)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        app.MapPost(OperationsHttp.ChallengeRoute, ChallengeAsync);
        app.MapPost(OperationsHttp.SessionRoute, OpenAsync);
        foreach (var command in OperatorCommands.All)
        {
            app.MapMethods(command.Path, [command.Method], context => RunAsync(context, command, stopping));
        }

        app.MapFallback(NoCommandAsync);
    }

    public void Dispose() => rate.Dispose();

    private Task ChallengeAsync(HttpContext context) => TypedResults.Json(
        new OperatorChallenge(OperationsHttp.Version, node, sessions.Challenge()), OperationsJson.Default.OperatorChallenge).ExecuteAsync(context);

    private async Task OpenAsync(HttpContext context)
    {
        OpenSession asked;
        try
        {
            asked = JsonSerializer.Deserialize(await ReadAsync(context.Request, OperationsHttp.MaxHandshakeBytes), OperationsJson.Default.OpenSession) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "The body is no JSON object.");
            return;
        }

        var (answer, proof) = sessions.Open(asked);
        await (answer switch
        {
            SessionAnswer.Opened => TypedResults.Json(new SessionOpened(proof!, [.. palette.Names]), OperationsJson.Default.SessionOpened).ExecuteAsync(context),
            SessionAnswer.TooManyWrongTokens => RefuseAsync(context, StatusCodes.Status429TooManyRequests, "Too many wrong tokens. Try again in a minute."),
            _ => RefuseAsync(context, StatusCodes.Status401Unauthorized, "The token is another one. Use the node's own, from Rig:Operations:TokenPath on that machine."),
        });
    }

    private async Task RunAsync(HttpContext context, OperatorCommand command, CancellationToken stopping)
    {
        var body = await ReadAsync(context.Request, OperationsHttp.MaxRequestBytes);
        if (!IsAdmitted(context, body))
        {
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, NotAdmitted);
            return;
        }

        if (!rate.AttemptAcquire().IsAcquired)
        {
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, $"More than {MaxCommandsPerSecond} commands within a second. Slow down.");
            return;
        }

        if (!palette.TryGet(command.Name, out var handler))
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, $"There is no command '{command.Name}' here. There are: {string.Join(", ", palette.Names)}.");
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            var arguments = command.Changes ? OfBody(body) : context.Request.Query.ToDictionary(entry => entry.Key, entry => entry.Value.ToString());
            if (command.Problem(arguments) is { } problem)
            {
                await RefuseAsync(context, StatusCodes.Status400BadRequest, problem);
                return;
            }

            var items = handler(new CommandArguments(arguments), ending.Token);
            await (command.Streams ? StreamAsync(context, command, items, ending.Token) : AnswerAsync(context, items, ending.Token));
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
            context.Abort();
        }
        catch (CommandFailedException e)
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, e.Message);
        }
        catch (Exception e)
        {
            await RefuseAsync(context, StatusCodes.Status500InternalServerError, Sentence(command, e));
        }
    }

    /// <summary>A newer <c>rigctl</c> may know more commands.</summary>
    private async Task NoCommandAsync(HttpContext context)
    {
        var body = await ReadAsync(context.Request, OperationsHttp.MaxRequestBytes);
        await (IsAdmitted(context, body)
            ? RefuseAsync(context, StatusCodes.Status404NotFound, $"There is no such command here. There are: {string.Join(", ", palette.Names)}.")
            : RefuseAsync(context, StatusCodes.Status401Unauthorized, NotAdmitted));
    }

    /// <summary>Whether the request is of an open session; then its answer is signed, too.</summary>
    private bool IsAdmitted(HttpContext context, byte[] body)
    {
        const string Prefix = OperatorProof.Scheme + " ";
        var header = context.Request.Headers.Authorization.ToString();
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!header.StartsWith(Prefix, StringComparison.Ordinal) || !OperatorAuthorization.TryParse(header[Prefix.Length..], out var given)
            || sessions.Admit(given, context.Request.Method, target, body) is not { } key)
        {
            return false;
        }

        context.Response.OnStarting(() =>
        {
            context.Response.Headers[OperationsHttp.ProofHeader] = OperatorProof.OfAnswer(key, given.Count, context.Response.StatusCode);
            return Task.CompletedTask;
        });
        return true;
    }

    private static async Task AnswerAsync(HttpContext context, IAsyncEnumerable<JsonObject> items, CancellationToken cancellationToken)
    {
        var all = new List<JsonObject>();
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            all.Add(item);
        }

        await TypedResults.Json(new CommandItems(all), OperationsJson.Default.CommandItems).ExecuteAsync(context);
    }

    /// <summary>An item is produced once the one before it was taken, so a slow reader slows his own command and nothing piles up.</summary>
    private Task StreamAsync(HttpContext context, OperatorCommand command, IAsyncEnumerable<JsonObject> items, CancellationToken cancellationToken) =>
        TypedResults.ServerSentEvents(EventsAsync(command, items, cancellationToken)).ExecuteAsync(context);

    private async IAsyncEnumerable<SseItem<JsonObject>> EventsAsync(OperatorCommand command, IAsyncEnumerable<JsonObject> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new SseItem<JsonObject>([], OperationsHttp.OpenEvent);
        await using var source = items.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            SseItem<JsonObject>? end = null;
            try
            {
                end = await source.MoveNextAsync() ? null : new SseItem<JsonObject>([], OperationsHttp.DoneEvent);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                end = new SseItem<JsonObject>(new JsonObject { ["detail"] = Sentence(command, e) }, OperationsHttp.ErrorEvent);
            }

            if (end is { } last)
            {
                yield return last;
                yield break;
            }

            yield return new SseItem<JsonObject>(source.Current, OperationsHttp.ItemEvent);
        }
    }

    private string Sentence(OperatorCommand command, Exception failure)
    {
        if (failure is CommandFailedException)
        {
            return failure.Message;
        }

        log.LogError(failure, "The operator's command '{Command}' failed.", command.Name);
        return $"The command failed: {failure.Message}";
    }

    /// <exception cref="BadHttpRequestException">413: it is longer than <paramref name="maxBytes"/>.</exception>
    private static async Task<byte[]> ReadAsync(HttpRequest request, int maxBytes)
    {
        request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = maxBytes;
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return body.ToArray();
    }

    /// <exception cref="CommandFailedException">The body is no JSON object of single values.</exception>
    private static Dictionary<string, string> OfBody(byte[] body)
    {
        try
        {
            return (body.Length == 0 ? [] : JsonNode.Parse(body) as JsonObject ?? throw new JsonException())
                .ToDictionary(entry => entry.Key, entry => entry.Value is JsonValue value ? value.ToString() : throw new CommandFailedException($"The argument {entry.Key} is no single value."));
        }
        catch (JsonException)
        {
            throw new CommandFailedException("The body is no JSON object.");
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string detail) =>
        TypedResults.Problem(detail, statusCode: status).ExecuteAsync(context);
}
