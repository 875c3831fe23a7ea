using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.RateLimiting;
using Rig.Actors.Operations;
using static Rig.Actors.Operations.OperationsProtocol;

namespace Rig.Actors.Hosting;

/// <summary>One operator's connection: handshake, then one command after another. docs/ref/rigctl.md describes the lines.</summary>
/// <param name="node">This process's name, for the greeting.</param>
/// <param name="failures">Counts wrong proofs; where it is exhausted nobody gets in.</param>
internal sealed class OperationsConnection(Stream stream, string token, string node, OperatorPalette palette, IActorRef commands, RateLimiter failures)
{
    private const int MaxHandshakeBytes = 4 << 10;
    private const int MaxRequestBytes = 64 << 10;
    private const int MaxCommandsPerSecond = 20;

    private static readonly TimeSpan HandshakePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WritePatience = TimeSpan.FromSeconds(30);

    private readonly JsonLines lines = new(stream);
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            if (!await GreetAsync(stopping))
            {
                return;
            }

            using var rate = new SlidingWindowRateLimiter(new() { PermitLimit = MaxCommandsPerSecond, Window = TimeSpan.FromSeconds(1), SegmentsPerWindow = 10 });
            var next = lines.ReadAsync(MaxRequestBytes, stopping);
            while (await next is { } request)
            {
                using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                next = lines.ReadAsync(MaxRequestBytes, stopping);
                var run = RunAsync(request, rate, cancel.Token);

                // Whatever comes while a command runs ends it: its cancellation, another request, or the end of the connection.
                if (await Task.WhenAny(run, next) == next)
                {
                    await cancel.CancelAsync();
                }

                await run;
            }
        }
        catch (InvalidDataException e)
        {
            await WriteAsync(new JsonObject { ["error"] = e.Message }, stopping);
        }
    }

    /// <returns>Whether the other side knows the token.</returns>
    private async Task<bool> GreetAsync(CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(HandshakePatience);
        var nonce = OperationsHandshake.NewNonce();
        await WriteAsync(new JsonObject { ["rig_operations"] = OperationsHandshake.Version, ["node"] = node, ["nonce"] = nonce }, patience.Token);
        if (await lines.ReadAsync(MaxHandshakeBytes, patience.Token) is not { } answer)
        {
            return false;
        }

        // Asks for none: only a wrong proof uses one up.
        if (!failures.AttemptAcquire(0).IsAcquired)
        {
            await WriteAsync(new JsonObject { ["error"] = "Too many wrong tokens. Try again in a minute." }, stopping);
            return false;
        }

        var operatorNonce = Text(answer, "nonce") ?? "";
        if (operatorNonce.Length != nonce.Length || !OperationsHandshake.Matches(OperationsHandshake.Proof(token, OperationsHandshake.Operator, nonce, operatorNonce), Text(answer, "proof")))
        {
            failures.AttemptAcquire();
            await WriteAsync(new JsonObject { ["error"] = "The token is another one. Use the node's own, from Rig:Operations:TokenPath on that machine." }, stopping);
            return false;
        }

        await WriteAsync(
            new JsonObject
            {
                ["proof"] = OperationsHandshake.Proof(token, OperationsHandshake.Node, nonce, operatorNonce),
                ["commands"] = new JsonArray([.. palette.Names.Select(name => (JsonNode)name)]),
            },
            stopping);
        return true;
    }

    private async Task RunAsync(JsonObject request, RateLimiter rate, CancellationToken cancellationToken)
    {
        if (request.ContainsKey("cancel"))
        {
            return;
        }

        var label = request["id"]?.DeepClone();
        var id = Guid.NewGuid();
        try
        {
            if (!rate.AttemptAcquire().IsAcquired)
            {
                throw new CommandFailedException($"More than {MaxCommandsPerSecond} commands within a second. Slow down.");
            }

            object question = new RunCommand(id, Text(request, "command") ?? throw new CommandFailedException("The field 'command' is missing."), Arguments(request));
            while (true)
            {
                switch (await commands.Ask<object>(question, Timeout.InfiniteTimeSpan, cancellationToken))
                {
                    case CommandItem item:
                        await WriteAsync(new JsonObject { ["id"] = label?.DeepClone(), ["item"] = item.Item }, cancellationToken);
                        question = new GetNext(id);
                        break;
                    case CommandCompleted:
                        await WriteAsync(new JsonObject { ["id"] = label, ["done"] = true }, cancellationToken);
                        return;
                    case CommandRefused refused:
                        throw new CommandFailedException(refused.Reason);
                    default:
                        throw new CommandFailedException("This program is not ready for commands.");
                }
            }
        }
        catch (CommandFailedException e)
        {
            await WriteAsync(new JsonObject { ["id"] = label, ["error"] = e.Message }, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            commands.Tell(new CancelCommand(id));
        }
        catch
        {
            commands.Tell(new CancelCommand(id));
            throw;
        }
    }

    private async Task WriteAsync(JsonObject line, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(WritePatience);
        await lines.WriteAsync(line, patience.Token);
    }

    private static Dictionary<string, string> Arguments(JsonObject request)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in request["arguments"] as JsonObject ?? [])
        {
            given[name] = value is JsonValue ? value.ToString() : throw new CommandFailedException($"The argument {name} is no single value.");
        }

        return given;
    }

    private static string? Text(JsonObject line, string name) => line[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
}
