extern alias ctl;

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using ctl::Rig.Ctl.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Rig.Domain.Operations;
using Rig.Hosting.Observability;
using Rig.Hosting.Operations;
using Rig.Tests.Support;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace Rig.Tests.Operations;

/// <summary>The real port and the real client, over loopback.</summary>
public sealed class OperationsPortTests : IAsyncLifetime
{
    private const string Token = "a token of the test's own";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> NoArguments = [];

    private readonly TaskCompletionSource followEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TempFolder folder = new();
    private readonly HttpClient stranger = new(new SocketsHttpHandler { UseProxy = false });
    private readonly OperatorPalette palette;
    private OperationsServer server;
    private NodeAddress address = NodeAddress.Local;
    private int produced;

    public OperationsPortTests()
    {
        palette = new OperatorPalette()
            .Add("dead-letters", _ => [new JsonObject { ["number"] = 1 }, new JsonObject { ["number"] = 2 }])
            .Add("log level", arguments => [new JsonObject { ["level"] = arguments.Text("level") }])
            .Add("config show", arguments => [new JsonObject { ["path"] = arguments.Text("path") }])
            .Add("rig stop", _ => throw new CommandFailedException("Nothing is recorded."))
            .Add("actor count", _ => throw new InvalidOperationException("It broke."))
            .Add("log tail", (arguments, cancellationToken) => arguments.Flag("follow") ? FollowAsync(cancellationToken) : FailAsync());
        server = Server();
    }

    public async Task InitializeAsync()
    {
        await server.StartAsync(CancellationToken.None);
        address = new NodeAddress("127.0.0.1", (await server.Listening.WaitAsync(Timeout)).Port);
        stranger.BaseAddress = new Uri($"http://{address}");
    }

    public async Task DisposeAsync()
    {
        await server.StopAsync(CancellationToken.None);
        server.Dispose();
        stranger.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task An_operator_with_the_token_runs_one_command_after_another()
    {
        using var client = await OperationsClient.ConnectAsync(address, Token, CancellationToken.None);
        Assert.Equal("CAM_T", client.Node);
        Assert.Contains("log tail", client.Commands);

        Assert.Equal([1, 2], (await ItemsAsync(client, "dead-letters", NoArguments)).Select(item => (int)item["number"]!));
        Assert.Equal("debug", (string?)Assert.Single(await ItemsAsync(client, "log level", Given("level", "debug")))["level"]);
        Assert.Equal("a b&c=d/é", (string?)Assert.Single(await ItemsAsync(client, "config show", Given("path", "a b&c=d/é")))["path"]);
        var unknown = await RefusalAsync(client, "rig start", NoArguments);
        Assert.Contains("There are: dead-letters", unknown, StringComparison.Ordinal);
        Assert.Equal(2, (await ItemsAsync(client, "dead-letters", NoArguments)).Count);
    }

    [Fact]
    public async Task A_failure_becomes_a_sentence_and_the_next_command_runs()
    {
        using var client = await OperationsClient.ConnectAsync(address, Token, CancellationToken.None);
        Assert.Equal("Nothing is recorded.", await RefusalAsync(client, "rig stop", NoArguments));
        Assert.Equal("The command failed: It broke.", await RefusalAsync(client, "actor count", NoArguments));
        Assert.Equal("The log is closed.", await RefusalAsync(client, "log tail", NoArguments));
        Assert.Equal(2, (await ItemsAsync(client, "dead-letters", NoArguments)).Count);
    }

    [Fact]
    public async Task Arguments_are_checked_before_the_command_runs()
    {
        using var client = await OperationsClient.ConnectAsync(address, Token, CancellationToken.None);
        Assert.Contains("'force'", await RefusalAsync(client, "rig stop", Given("force", "true")), StringComparison.Ordinal);
        Assert.Contains("longer", await RefusalAsync(client, "log level", Given("level", new string('x', 2000))), StringComparison.Ordinal);
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
        Assert.Equal(ExitCode.WrongToken, refused.ExitCode);
        Assert.Contains("Too many", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_run_for_a_client_that_does_not_prove_the_token_first()
    {
        foreach (var command in OperatorCommands.All)
        {
            using var plain = await stranger.SendAsync(new HttpRequestMessage(new HttpMethod(command.Method), command.Path));
            Assert.Equal(HttpStatusCode.Unauthorized, plain.StatusCode);
            Assert.False(plain.Headers.Contains(OperationsHttp.ProofHeader));
        }

        // A challenge that was not answered is no session.
        var challenge = await ChallengeAsync();
        using var signed = await stranger.SendAsync(Signed(challenge.Nonce, OperatorProof.SessionKey(Token, challenge.Nonce, OperatorProof.NewNonce()), 1, "dead-letters"));
        Assert.Equal(HttpStatusCode.Unauthorized, signed.StatusCode);
    }

    [Fact]
    public async Task A_request_that_was_recorded_runs_nothing_when_it_is_sent_again_or_changed()
    {
        var (session, key) = await OpenAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Signed(session, key, 1, "dead-letters")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Signed(session, key, 1, "dead-letters")));

        var changed = Signed(session, key, 2, "dead-letters");
        changed.RequestUri = new Uri(OperatorCommands.Find("config show")!.Path, UriKind.Relative);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(changed));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Signed(session, key, 3, "dead-letters")));
    }

    [Theory]
    [InlineData("not json", HttpStatusCode.BadRequest)]
    [InlineData("[1]", HttpStatusCode.BadRequest)]
    [InlineData("null", HttpStatusCode.BadRequest)]
    [InlineData("{}", HttpStatusCode.Unauthorized)]
    public async Task A_session_that_is_asked_for_in_another_form_is_refused(string body, HttpStatusCode status)
    {
        using var reply = await stranger.PostAsync(OperationsHttp.SessionRoute, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(status, reply.StatusCode);
    }

    [Fact]
    public async Task A_body_over_its_limit_is_refused_before_it_fills_memory()
    {
        using var handshake = await stranger.PostAsync(OperationsHttp.SessionRoute, new ByteArrayContent(new byte[OperationsHttp.MaxHandshakeBytes + 1]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, handshake.StatusCode);
        using var command = await stranger.PostAsync(OperatorCommands.Find("rig stop")!.Path, new ByteArrayContent(new byte[OperationsHttp.MaxRequestBytes + 1]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, command.StatusCode);
    }

    [Fact]
    public async Task Log_entries_come_as_server_sent_events_and_the_first_event_comes_at_once()
    {
        var (session, key) = await OpenAsync();
        using var reply = await stranger.SendAsync(Signed(session, key, 1, "log tail", "?follow=true"), HttpCompletionOption.ResponseHeadersRead).WaitAsync(Timeout);
        Assert.Equal("text/event-stream", reply.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await reply.Content.ReadAsStreamAsync());
        Assert.Equal("event: open", await reader.ReadLineAsync().WaitAsync(Timeout));
    }

    [Fact]
    public async Task Breaking_off_a_command_without_end_ends_it_on_the_node()
    {
        using var client = await OperationsClient.ConnectAsync(address, Token, CancellationToken.None);
        using var enough = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.RunAsync(OperatorCommands.Find("log tail")!, Given("follow", "true"), enough.Token))
            {
                await enough.CancelAsync();
            }
        });
        await followEnded.Task.WaitAsync(Timeout);
        Assert.Equal(2, (await ItemsAsync(client, "dead-letters", NoArguments)).Count);
    }

    [Fact]
    public async Task An_operator_who_takes_nothing_stops_his_own_command_and_then_loses_it()
    {
        var endless = new OperatorPalette().Add("log tail", (_, cancellationToken) => EndlessAsync(cancellationToken)).Add("dead-letters", _ => [new JsonObject()]);
        using var strict = Server(endless, writeTimeout: TimeSpan.FromSeconds(2));
        await strict.StartAsync(CancellationToken.None);
        using var other = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{await strict.Listening.WaitAsync(Timeout)}") };
        var (session, key) = await OpenAsync(other);
        using var reply = await other.SendAsync(Signed(session, key, 1, "log tail"), HttpCompletionOption.ResponseHeadersRead).WaitAsync(Timeout);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);

        // Nothing of the body is read: the buffers on the way fill, no further item is produced, and after a while the command ends.
        await followEnded.Task.WaitAsync(Timeout);
        Assert.InRange(Volatile.Read(ref produced), 1, 1000);
        await strict.StopAsync(CancellationToken.None);
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
        Assert.Equal(ExitCode.Refused, refused.ExitCode);
        Assert.Contains("Slow down", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beyond_the_limit_connections_are_refused_until_one_ends()
    {
        var held = new List<HttpClient>();
        var replies = new List<HttpResponseMessage>();
        for (var number = 0; number < OperationsServer.MaxConnections; number++)
        {
            var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = stranger.BaseAddress };
            held.Add(http);
            var (session, key) = await OpenAsync(http);
            replies.Add(await http.SendAsync(Signed(session, key, 1, "log tail", "?follow=true"), HttpCompletionOption.ResponseHeadersRead).WaitAsync(Timeout));
        }

        var refused = await Assert.ThrowsAsync<OperatorException>(() => OperationsClient.ConnectAsync(address, Token, CancellationToken.None));
        Assert.Equal(ExitCode.Unreachable, refused.ExitCode);
        replies[0].Dispose();
        held[0].Dispose();
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                using var client = await OperationsClient.ConnectAsync(address, Token, CancellationToken.None);
                return true;
            }
            catch (OperatorException)
            {
                return false;
            }
        });
        replies.ForEach(reply => reply.Dispose());
        held.ForEach(http => http.Dispose());
    }

    [Fact]
    public async Task A_program_that_poses_as_a_node_is_asked_nothing()
    {
        var asked = new List<string>();
        await using var impostor = await ImpostorAsync(asked, signed: false);
        var refused = await Assert.ThrowsAsync<OperatorException>(() => OperationsClient.ConnectAsync(AddressOf(impostor), Token, CancellationToken.None));
        Assert.Equal(ExitCode.WrongToken, refused.ExitCode);
        Assert.Equal([OperationsHttp.ChallengeRoute, OperationsHttp.SessionRoute], asked);
    }

    [Fact]
    public async Task A_program_that_takes_the_nodes_place_later_is_not_believed()
    {
        using var client = await OperationsClient.ConnectAsync(address, Token, CancellationToken.None);
        await server.StopAsync(CancellationToken.None);
        await using var impostor = await ImpostorAsync([], signed: true, address.Port);
        var refused = await Assert.ThrowsAsync<OperatorException>(() => ItemsAsync(client, "dead-letters", NoArguments));
        Assert.Equal(ExitCode.Unreachable, refused.ExitCode);
    }

    [Fact]
    public async Task A_session_is_opened_again_after_the_program_was_restarted()
    {
        using var client = await OperationsClient.ConnectAsync(address, Token, CancellationToken.None);
        await server.StopAsync(CancellationToken.None);
        server.Dispose();
        server = Server(port: address.Port);
        await server.StartAsync(CancellationToken.None);
        await server.Listening.WaitAsync(Timeout);
        Assert.Equal(2, (await ItemsAsync(client, "dead-letters", NoArguments)).Count);
    }

    [Fact]
    public async Task Where_nobody_listens_the_exit_code_says_so()
    {
        await server.StopAsync(CancellationToken.None);
        var refused = await Assert.ThrowsAsync<OperatorException>(() => OperationsClient.ConnectAsync(address, Token, CancellationToken.None));
        Assert.Equal(ExitCode.Unreachable, refused.ExitCode);
    }

    [Fact]
    public async Task What_is_no_rig_program_is_called_so()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var other = builder.Build();
        other.Run(context => context.Response.WriteAsync("<html>"));
        await other.StartAsync();
        var refused = await Assert.ThrowsAsync<OperatorException>(() => OperationsClient.ConnectAsync(AddressOf(other), Token, CancellationToken.None));
        Assert.Equal(ExitCode.Unreachable, refused.ExitCode);
        Assert.Contains("no Rig program", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_logged_and_tried_again()
    {
        var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var time = new FakeTimeProvider();
        var tail = new LogTail();
        using var loggers = new SerilogLoggerFactory(new LoggerConfiguration().WriteTo.Sink(tail).CreateLogger(), dispose: true);
        using var errors = tail.Read(LogEventLevel.Error, 1, follow: true).Following!;
        using var second = Server(port: port, time: time, log: loggers.CreateLogger<OperationsServer>());
        await second.StartAsync(CancellationToken.None);
        Assert.Contains("All else goes on", (await errors.NextAsync(CancellationToken.None).AsTask().WaitAsync(Timeout)).Message, StringComparison.Ordinal);
        Assert.False(second.Listening.IsCompleted);

        taken.Stop();
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            return second.Listening.IsCompleted;
        });
        Assert.Equal(port, (await second.Listening).Port);
        await second.StopAsync(CancellationToken.None);
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

    private static Dictionary<string, string> Given(string name, string value) => new() { [name] = value };

    private static NodeAddress AddressOf(WebApplication app) => new("127.0.0.1", new Uri(app.Urls.First()).Port);

    private static async Task<List<JsonObject>> ItemsAsync(OperationsClient client, string command, IReadOnlyDictionary<string, string> arguments)
    {
        var items = new List<JsonObject>();
        await foreach (var item in client.RunAsync(OperatorCommands.Find(command)!, arguments, CancellationToken.None))
        {
            items.Add(item);
        }

        return items;
    }

    private static async Task<string> RefusalAsync(OperationsClient client, string command, IReadOnlyDictionary<string, string> arguments)
    {
        var refused = await Assert.ThrowsAsync<OperatorException>(() => ItemsAsync(client, command, arguments));
        Assert.Equal(ExitCode.Refused, refused.ExitCode);
        return refused.Message;
    }

    /// <summary>Answers as a node would that does not know the token: a session it opens, and afterwards everything.</summary>
    private static async Task<WebApplication> ImpostorAsync(List<string> asked, bool signed, int port = 0)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        app.Run(async context =>
        {
            var path = context.Request.Path.Value!;
            asked.Add(path);
            if (signed)
            {
                context.Response.Headers[OperationsHttp.ProofHeader] = new string('0', 64);
            }

            await (path switch
            {
                OperationsHttp.ChallengeRoute => context.Response.WriteAsJsonAsync(new OperatorChallenge(OperationsHttp.Version, "CAM_X", OperatorProof.NewNonce()), OperationsJson.Default.OperatorChallenge),
                OperationsHttp.SessionRoute => context.Response.WriteAsJsonAsync(new SessionOpened(new string('0', 64), []), OperationsJson.Default.SessionOpened),
                _ => context.Response.WriteAsJsonAsync(new CommandItems([]), OperationsJson.Default.CommandItems),
            });
        });
        await app.StartAsync();
        return app;
    }

    private OperationsServer Server(OperatorPalette? offered = null, int port = 0, TimeSpan? writeTimeout = null, TimeProvider? time = null, ILogger<OperationsServer>? log = null) =>
        new(Options.Create(new OperationsOptions { Port = port, Token = Token }), "CAM_T", offered ?? palette, time ?? TimeProvider.System, log ?? NullLogger<OperationsServer>.Instance)
        {
            WriteTimeout = writeTimeout ?? TimeSpan.FromSeconds(30),
        };

    private async Task<OperatorChallenge> ChallengeAsync(HttpClient? http = null)
    {
        using var reply = await (http ?? stranger).PostAsync(OperationsHttp.ChallengeRoute, content: null);
        return (await reply.Content.ReadFromJsonAsync(OperationsJson.Default.OperatorChallenge))!;
    }

    private async Task<(string Session, byte[] Key)> OpenAsync(HttpClient? http = null)
    {
        var (challenge, nonce) = ((await ChallengeAsync(http)).Nonce, OperatorProof.NewNonce());
        using var reply = await (http ?? stranger).PostAsJsonAsync(
            OperationsHttp.SessionRoute, new OpenSession(challenge, nonce, OperatorProof.OfOperator(Token, challenge, nonce)), OperationsJson.Default.OpenSession);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        return (challenge, OperatorProof.SessionKey(Token, challenge, nonce));
    }

    private static HttpRequestMessage Signed(string session, byte[] key, long count, string command, string query = "")
    {
        var target = OperatorCommands.Find(command)!.Path + query;
        var proof = OperatorProof.OfRequest(key, count, "GET", target, []);
        return new HttpRequestMessage(HttpMethod.Get, target)
        {
            Headers = { Authorization = new AuthenticationHeaderValue(OperatorProof.Scheme, new OperatorAuthorization(session, count, proof).ToString()) },
        };
    }

    private async Task<HttpStatusCode> StatusAsync(HttpRequestMessage request)
    {
        using var reply = await stranger.SendAsync(request);
        return reply.StatusCode;
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

    private async IAsyncEnumerable<JsonObject> EndlessAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                Interlocked.Increment(ref produced);
                yield return new JsonObject { ["message"] = new string('x', 64 << 10) };
                await Task.Yield();
            }
        }
        finally
        {
            followEnded.TrySetResult();
        }
    }

    private static async IAsyncEnumerable<JsonObject> FailAsync()
    {
        yield return new JsonObject { ["message"] = "first" };
        await Task.Yield();
        throw new CommandFailedException("The log is closed.");
    }
}
