using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Rig.Actors.Operations;

namespace Rig.Ctl.Operations;

/// <summary>A connection to a node's operations port. docs/ref/rigctl.md describes the lines.</summary>
internal sealed class OperationsClient : IDisposable
{
    private const int MaxLineBytes = 8 << 20;
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);

    private readonly TcpClient tcp;
    private readonly JsonLines lines;
    private int lastId;

    private OperationsClient(TcpClient tcp, JsonLines lines, string node, IReadOnlyList<string> commands) =>
        (this.tcp, this.lines, Node, Commands) = (tcp, lines, node, commands);

    /// <summary>The name that the node gave itself.</summary>
    public string Node { get; }

    /// <summary>What it offers.</summary>
    public IReadOnlyList<string> Commands { get; }

    /// <summary>False once a command was broken off or the connection was lost.</summary>
    public bool IsUsable { get; private set; } = true;

    /// <exception cref="OperatorException">The node cannot be reached, or knows another token.</exception>
    public static async Task<OperationsClient> ConnectAsync(NodeAddress address, string token, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(ConnectPatience);
        var tcp = new TcpClient { NoDelay = true };
        try
        {
            await tcp.ConnectAsync(address.Host, address.Port, patience.Token);
            return await GreetAsync(tcp, address, token, patience.Token);
        }
        catch (Exception e)
        {
            tcp.Dispose();
            throw e switch
            {
                OperatorException => e,
                OperationCanceledException when cancellationToken.IsCancellationRequested => e,
                OperationCanceledException => new OperatorException(ExitCode.Unreachable, $"{address} did not answer within {ConnectPatience.TotalSeconds:0} s."),
                SocketException or IOException => new OperatorException(ExitCode.Unreachable, $"{address} cannot be reached: {e.Message}. Is the program running, and does Rig:Operations:ListenAddress let this machine in?"),
                InvalidDataException => new OperatorException(ExitCode.Unreachable, $"What answers at {address} is no Rig program: {e.Message}"),
                _ => e,
            };
        }
    }

    /// <summary>Runs one command; its items come as the node produces them.</summary>
    /// <exception cref="OperatorException">The node refused it, it failed, or the connection broke.</exception>
    public async IAsyncEnumerable<JsonObject> RunAsync(string command, IReadOnlyDictionary<string, string> arguments, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var id = ++lastId;
        IsUsable = false;
        await SendAsync(new JsonObject
        {
            ["id"] = id,
            ["command"] = command,
            ["arguments"] = new JsonObject(arguments.Select(argument => KeyValuePair.Create(argument.Key, (JsonNode?)argument.Value))),
        }, cancellationToken);
        while (await ReceiveAsync(cancellationToken) is { } line)
        {
            if (line["item"] is JsonObject item)
            {
                yield return item;
            }
            else if (line["error"] is { } error)
            {
                IsUsable = line["id"] is not null;
                throw new OperatorException(ExitCode.Refused, error.ToString());
            }
            else if (line["done"] is not null)
            {
                IsUsable = true;
                yield break;
            }
        }

        throw new OperatorException(ExitCode.Unreachable, "The node closed the connection.");
    }

    public void Dispose() => tcp.Dispose();

    private static async Task<OperationsClient> GreetAsync(TcpClient tcp, NodeAddress address, string token, CancellationToken cancellationToken)
    {
        var lines = new JsonLines(tcp.GetStream());
        var greeting = await lines.ReadAsync(MaxLineBytes, cancellationToken) ?? throw new InvalidDataException("it closed the connection.");
        if ((int?)greeting["rig_operations"] != OperationsHandshake.Version || (string?)greeting["nonce"] is not { } nodeNonce)
        {
            throw new InvalidDataException($"its greeting is not of version {OperationsHandshake.Version}.");
        }

        var nonce = OperationsHandshake.NewNonce();
        await lines.WriteAsync(new JsonObject { ["nonce"] = nonce, ["proof"] = OperationsHandshake.Proof(token, OperationsHandshake.Operator, nodeNonce, nonce) }, cancellationToken);
        var answer = await lines.ReadAsync(MaxLineBytes, cancellationToken) ?? throw new InvalidDataException("it closed the connection.");
        if (answer["error"] is { } error)
        {
            throw new OperatorException(ExitCode.WrongToken, $"{address} refused: {error}");
        }

        return OperationsHandshake.Matches(OperationsHandshake.Proof(token, OperationsHandshake.Node, nodeNonce, nonce), (string?)answer["proof"])
            ? new OperationsClient(tcp, lines, (string?)greeting["node"] ?? address.ToString(), [.. answer["commands"]!.AsArray().Select(name => (string)name!)])
            : throw new OperatorException(ExitCode.WrongToken, $"What answers at {address} does not know the token itself. Nothing was asked of it.");
    }

    private async Task SendAsync(JsonObject line, CancellationToken cancellationToken)
    {
        try
        {
            await lines.WriteAsync(line, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new OperatorException(ExitCode.Unreachable, $"The connection broke: {e.Message}");
        }
    }

    private async Task<JsonObject?> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await lines.ReadAsync(MaxLineBytes, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidDataException)
        {
            throw new OperatorException(ExitCode.Unreachable, $"The connection broke: {e.Message}");
        }
    }
}
