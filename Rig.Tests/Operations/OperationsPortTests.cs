extern alias ctl;

using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using ctl::Rig.Ctl.Operations;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Actors.Operations;
using Rig.Tests.Support;

namespace Rig.Tests.Operations;

/// <summary>The real port and the real client, over loopback.</summary>
public sealed class OperationsPortTests : PatientTestKit, IAsyncLifetime
{
    private const string Token = "a token of the test's own";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> NoArguments = [];

    private readonly TaskCompletionSource followEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TempFolder folder = new();
    private OperationsListener listener = null!;
    private NodeAddress address = NodeAddress.Local;

    public async Task InitializeAsync()
    {
        var palette = new OperatorPalette()
            .Add("dead-letters", _ => [new JsonObject { ["number"] = 1 }, new JsonObject { ["number"] = 2 }])
            .Add("log level", arguments => [new JsonObject { ["level"] = arguments.Text("level") }])
            .Add("log tail", (_, cancellationToken) => FollowAsync(cancellationToken));
        var commands = Sys.ActorOf(OperatorActor.PropsOf(palette));
        listener = new OperationsListener(
            Options.Create(new OperationsOptions { Port = 0, Token = Token }), "CAM_T", palette, () => commands, TimeProvider.System, NullLogger<OperationsListener>.Instance);
        await listener.StartAsync(CancellationToken.None);
        address = new NodeAddress("127.0.0.1", (await listener.Listening.WaitAsync(Patience)).Port);
    }

    public async Task DisposeAsync()
    {
        await listener.StopAsync(CancellationToken.None);
        listener.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task An_operator_with_the_token_runs_one_command_after_another()
    {
        using var client = await OperationsClient.ConnectAsync(address, Token, CancellationToken.None);
        Assert.Equal("CAM_T", client.Node);
        Assert.Contains("log tail", client.Commands);

        Assert.Equal([1, 2], (await ItemsAsync(client, "dead-letters", NoArguments)).Select(item => (int)item["number"]!));
        Assert.Equal("debug", (string?)Assert.Single(await ItemsAsync(client, "log level", new Dictionary<string, string> { ["level"] = "debug" }))["level"]);
        var refused = await Assert.ThrowsAsync<OperatorException>(() => ItemsAsync(client, "rig stop", NoArguments));
        Assert.Equal(ExitCode.Refused, refused.ExitCode);
        Assert.True(client.IsUsable);
        Assert.Equal(2, (await ItemsAsync(client, "dead-letters", NoArguments)).Count);
    }

    [Fact]
    public async Task A_wrong_token_opens_nothing()
    {
        var refused = await Assert.ThrowsAsync<OperatorException>(() => OperationsClient.ConnectAsync(address, Token + "!", CancellationToken.None));
        Assert.Equal(ExitCode.WrongToken, refused.ExitCode);
        Assert.Contains("TokenPath", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_ten_wrong_tokens_nobody_gets_in_for_a_while()
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            await Assert.ThrowsAsync<OperatorException>(() => OperationsClient.ConnectAsync(address, "wrong", CancellationToken.None));
        }

        var refused = await Assert.ThrowsAsync<OperatorException>(() => OperationsClient.ConnectAsync(address, Token, CancellationToken.None));
        Assert.Contains("Too many", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_run_for_who_does_not_prove_the_token_first()
    {
        using var raw = await RawClient.ConnectAsync(address);
        Assert.Contains("nonce", await raw.ReadAsync(), StringComparison.Ordinal);
        await raw.WriteAsync("""{"id":1,"command":"dead-letters"}""");
        Assert.Contains("token", await raw.ReadAsync(), StringComparison.Ordinal);
        Assert.Null(await raw.ReadAsync());
    }

    [Theory]
    [InlineData("not json", "no JSON")]
    [InlineData("[1]", "no object")]
    public async Task Lines_that_are_no_objects_are_refused(string line, string reason)
    {
        using var raw = await RawClient.ConnectAsync(address);
        await raw.ReadAsync();
        await raw.WriteAsync(line);
        Assert.Contains(reason, await raw.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_end_is_refused_before_it_fills_memory()
    {
        using var raw = await RawClient.ConnectAsync(address);
        await raw.ReadAsync();
        await raw.WriteAsync(new string('x', 8 << 10));
        Assert.Contains("longer than 4096 bytes", await raw.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Breaking_off_a_command_without_end_ends_it_on_the_node()
    {
        using var client = await OperationsClient.ConnectAsync(address, Token, CancellationToken.None);
        using var enough = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.RunAsync("log tail", NoArguments, enough.Token))
            {
                await enough.CancelAsync();
            }
        });
        client.Dispose();
        await followEnded.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Too_many_commands_within_a_second_are_refused()
    {
        using var client = await OperationsClient.ConnectAsync(address, Token, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<OperatorException>(async () =>
        {
            for (var command = 0; command < 10_000; command++)
            {
                await ItemsAsync(client, "dead-letters", NoArguments);
            }
        });
        Assert.Contains("Slow down", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_poses_as_a_node_is_asked_nothing()
    {
        using var impostor = new TcpListener(IPAddress.Loopback, 0);
        impostor.Start();
        var served = Task.Run(async () =>
        {
            using var visitor = await impostor.AcceptTcpClientAsync();
            var lines = new JsonLines(visitor.GetStream());
            await lines.WriteAsync(new JsonObject { ["rig_operations"] = 1, ["node"] = "CAM_X", ["nonce"] = OperationsHandshake.NewNonce() }, CancellationToken.None);
            await lines.ReadAsync(4096, CancellationToken.None);
            await lines.WriteAsync(new JsonObject { ["proof"] = new string('0', 64), ["commands"] = new JsonArray() }, CancellationToken.None);
            return await lines.ReadAsync(4096, CancellationToken.None);
        });

        var refused = await Assert.ThrowsAsync<OperatorException>(
            () => OperationsClient.ConnectAsync(new NodeAddress("127.0.0.1", ((IPEndPoint)impostor.LocalEndpoint).Port), Token, CancellationToken.None));
        Assert.Equal(ExitCode.WrongToken, refused.ExitCode);
        Assert.Null(await served.WaitAsync(Patience));
    }

    [Fact]
    public async Task Where_nobody_listens_the_exit_code_says_so()
    {
        await listener.StopAsync(CancellationToken.None);
        var refused = await Assert.ThrowsAsync<OperatorException>(() => OperationsClient.ConnectAsync(address, Token, CancellationToken.None));
        Assert.Equal(ExitCode.Unreachable, refused.ExitCode);
    }

    [Fact]
    public void The_token_is_made_once_and_for_its_owners_eyes_only()
    {
        var options = new OperationsOptions { TokenPath = folder.File("deep", "token") };
        var token = OperationsToken.Load(options);
        Assert.Equal(64, token.Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(options.TokenPath));
        Assert.Equal(token, OperationsToken.Load(options));
        Assert.Equal([options.TokenPath], Directory.GetFiles(folder.File("deep")));

        File.SetUnixFileMode(options.TokenPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", Assert.Throws<InvalidDataException>(() => OperationsToken.Load(options)).Message, StringComparison.Ordinal);
        File.Delete(options.TokenPath);
        File.WriteAllText(options.TokenPath, "short");
        File.SetUnixFileMode(options.TokenPath, UnixFileMode.UserRead);
        Assert.Contains("less than 16", Assert.Throws<InvalidDataException>(() => OperationsToken.Load(options)).Message, StringComparison.Ordinal);
    }

    private static async Task<List<JsonObject>> ItemsAsync(OperationsClient client, string command, IReadOnlyDictionary<string, string> arguments)
    {
        var items = new List<JsonObject>();
        await foreach (var item in client.RunAsync(command, arguments, CancellationToken.None))
        {
            items.Add(item);
        }

        return items;
    }

    private async IAsyncEnumerable<JsonObject> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            yield return new JsonObject { ["message"] = "first" };
            await RealTime.NeverAsync(cancellationToken);
        }
        finally
        {
            followEnded.TrySetResult();
        }
    }

    /// <summary>Lines as anybody could send them.</summary>
    private sealed class RawClient(TcpClient tcp) : IDisposable
    {
        private readonly StreamReader reader = new(tcp.GetStream());

        public static async Task<RawClient> ConnectAsync(NodeAddress address)
        {
            var tcp = new TcpClient();
            await tcp.ConnectAsync(address.Host, address.Port);
            return new RawClient(tcp);
        }

        public Task<string?> ReadAsync() => reader.ReadLineAsync().WaitAsync(Patience);

        public async Task WriteAsync(string line) => await tcp.GetStream().WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));

        public void Dispose() => tcp.Dispose();
    }
}
