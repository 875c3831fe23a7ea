using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Rig.Hosting.Operations;

/// <summary>
/// Commands that the function behind a REST route answers, called within the process: an operator and a browser see and do the same.
/// </summary>
/// <param name="json">How the routes write their answers.</param>
/// <param name="refusal">The sentence of an exception that a route answers with an error; null for any other.</param>
public sealed class RouteCommands(JsonSerializerOptions json, Func<Exception, string?> refusal)
{
    /// <param name="route">Its value is read, not its body, so it must have one: <see cref="TypedResults"/> and <c>Results.Json</c> do.</param>
    /// <param name="rows">The items that the answer stands for.</param>
    public CommandHandler Call(Func<CommandArguments, CancellationToken, Task<IResult>> route, Func<JsonNode, IEnumerable<JsonNode?>> rows) =>
        (arguments, cancellationToken) => CallAsync(route, rows, arguments, cancellationToken);

    private async IAsyncEnumerable<JsonObject> CallAsync(
        Func<CommandArguments, CancellationToken, Task<IResult>> route, Func<JsonNode, IEnumerable<JsonNode?>> rows, CommandArguments arguments,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var row in rows(await AskAsync(route, arguments, cancellationToken)).OfType<JsonObject>())
        {
            yield return (JsonObject)row.DeepClone();
        }
    }

    private async Task<JsonNode> AskAsync(Func<CommandArguments, CancellationToken, Task<IResult>> route, CommandArguments arguments, CancellationToken cancellationToken)
    {
        IResult result;
        try
        {
            result = await route(arguments, cancellationToken);
        }
        catch (Exception e) when (refusal(e) is { } sentence)
        {
            throw new CommandFailedException(sentence);
        }

        var status = (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;
        var answer = JsonSerializer.SerializeToNode((result as IValueHttpResult)?.Value, json) ?? new JsonObject();
        return status is >= 200 and < 300 ? answer : throw new CommandFailedException(Sentence(answer) ?? $"The program refused with {status}.");
    }

    private static string? Sentence(JsonNode answer) =>
        answer is JsonObject fields && (fields["error"] ?? fields["detail"] ?? fields["message"]) is JsonValue text ? text.ToString() : null;
}
