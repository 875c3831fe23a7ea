using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Rig.Actors.Operations;
using Rig.Hosting.Observability;
using Rig.Hosting.Operations;
using Rig.Tests.Support;
using Serilog;
using Serilog.Events;

namespace Rig.Tests.Operations;

/// <summary>What each command of every program answers.</summary>
public sealed class CommandsTests : PatientTestKit
{
    private readonly DeadLetterBoard board = new();

    [Fact]
    public async Task Config_show_masks_what_is_secret()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Rig:Database:ConnectionString"] = "Host=db;Password=p4ss",
            ["Rig:Push:ApiKey"] = "k3y",
            ["Rig:Operations:Token"] = "t0ken",
            ["Rig:Operations:TokenPath"] = "/var/lib/token",
            ["Rig:Node:CameraId"] = "CAM_L",
            ["Other:Secret"] = "not Rig's",
        }).Build();
        using var system = ActorSystem.Create("shown", "akka { loggers = [], remote.cookie = \"c00kie\" }");
        var palette = new OperatorPalette().AddConfig(configuration, () => ((ActorSystem[])[system]).Settings());

        var shown = (await RunAsync(palette, "config show")).ToDictionary(item => (string)item["key"]!, item => (string)item["value"]!);
        Assert.Equal("CAM_L", shown["Rig:Node:CameraId"]);
        Assert.Equal("/var/lib/token", shown["Rig:Operations:TokenPath"]);
        foreach (var secret in (string[])["Rig:Database:ConnectionString", "Rig:Push:ApiKey", "Rig:Operations:Token", "shown.akka.remote.cookie"])
        {
            Assert.Equal(ConfigCommands.Mask, shown[secret]);
        }

        Assert.DoesNotContain("Other:Secret", shown.Keys);
        Assert.Equal(["Rig:Node:CameraId"], (await RunAsync(palette, "config show", ("path", "Rig:Node"))).Select(item => (string?)item["key"]));
    }

    [Fact]
    public async Task Dead_letters_are_counted_and_say_who_but_not_what()
    {
        board.Attach(Sys, TimeProvider.System);
        var gone = Sys.ActorOf(Props.Create<Silent>(), "gone");
        Watch(gone);
        Sys.Stop(gone);
        ExpectTerminated(gone);
        gone.Tell("a private thing", TestActor);

        var palette = new OperatorPalette().AddActors(() => [Sys], board);
        await AwaitAssertAsync(async () =>
        {
            var letter = Assert.Single(await RunAsync(palette, "dead-letters"), item => (string?)item["message"] == nameof(String));
            Assert.EndsWith("/user/gone", (string?)letter["recipient"], StringComparison.Ordinal);
            Assert.DoesNotContain("private", letter.ToJsonString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Actors_are_shown_as_a_tree_and_counted()
    {
        Sys.ActorOf(Props.Create<Silent>(), "visible");
        var palette = new OperatorPalette().AddActors(() => [Sys], board);
        Assert.Contains("visible", (string?)Assert.Single(await RunAsync(palette, "actor hierarchy"))["text"], StringComparison.Ordinal);
        var before = (int)Assert.Single(await RunAsync(palette, "actor count"))["actors"]!;
        Sys.ActorOf(Props.Create<Silent>(), "another");
        Assert.Equal(before + 1, (int)Assert.Single(await RunAsync(palette, "actor count"))["actors"]!);
    }

    [Fact]
    public async Task Log_tail_shows_the_newest_and_log_level_what_comes_next()
    {
        var tail = new LogTail();
        using var log = new LoggerConfiguration().MinimumLevel.ControlledBy(tail.Switch).WriteTo.Sink(tail).CreateLogger();
        var palette = new OperatorPalette().AddLog(tail, level => ((ActorSystem[])[Sys]).SetLogLevel(level));
        log.Debug("too fine");
        log.Information("one {Name}", "camera");
        log.Warning(new InvalidOperationException("cause"), "two");

        var shown = await RunAsync(palette, "log tail", ("lines", "5"));
        Assert.Equal(["one camera", "two"], shown.Select(item => (string?)item["message"]));
        Assert.Equal("InvalidOperationException: cause", (string?)shown[1]["error"]);
        Assert.Equal(["two"], (await RunAsync(palette, "log tail", ("level", "warning"))).Select(item => (string?)item["message"]));

        Assert.Equal("debug", (string?)Assert.Single(await RunAsync(palette, "log level", ("level", "debug")))["level"]);
        log.Debug("now seen");
        Assert.Equal("now seen", (string?)(await RunAsync(palette, "log tail", ("lines", "1")))[0]["message"]);
        await Assert.ThrowsAsync<CommandFailedException>(() => RunAsync(palette, "log level", ("level", "loud")));
        await Assert.ThrowsAsync<CommandFailedException>(() => RunAsync(palette, "log tail", ("lines", "0")));
    }

    [Fact]
    public async Task A_follower_of_the_log_misses_nothing_between_old_and_new()
    {
        var tail = new LogTail();
        using var log = new LoggerConfiguration().WriteTo.Sink(tail).CreateLogger();
        log.Information("old");
        var (recent, following) = tail.Read(LogEventLevel.Verbose, 10, follow: true);
        using var followed = following!;
        log.Information("new");
        Assert.Equal("old", Assert.Single(recent).Message);
        Assert.Equal("new", (await followed.NextAsync(CancellationToken.None)).Message);
    }

    [Fact]
    public async Task The_log_kept_in_memory_is_bounded()
    {
        var tail = new LogTail();
        using var log = new LoggerConfiguration().WriteTo.Sink(tail).CreateLogger();
        for (var number = 0; number < LogTail.Capacity + 7; number++)
        {
            log.Information("{Number}", number);
        }

        log.Information("{Long}", new string('x', 100_000));
        var kept = await RunAsync(new OperatorPalette().AddLog(tail, _ => { }), "log tail", ("lines", "1000"));
        Assert.Equal(LogTail.Capacity, kept.Count);
        Assert.Equal("8", (string?)kept[0]["message"]);
        Assert.InRange(((string)kept[^1]["message"]!).Length, 1, 5000);
    }

    [Fact]
    public async Task Cluster_commands_say_so_where_there_is_no_cluster()
    {
        var refused = await Assert.ThrowsAsync<CommandFailedException>(() => RunAsync(new OperatorPalette().AddCluster(() => null), "cluster show"));
        Assert.Contains("no cluster system", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_route_answers_and_refuses_reaches_the_operator_in_its_words()
    {
        var routes = new RouteCommands(JsonSerializerOptions.Web, failure => failure is TimeoutException ? "It did not answer in time." : null);
        var palette = new OperatorPalette()
            .Add("rig status", routes.Call((_, _) => Task.FromResult(Results.Json(new { Cameras = new[] { new { Id = "CAM_L" } } })), answer => answer["cameras"]!.AsArray()))
            .Add("rig start", routes.Call((_, _) => Task.FromResult(Results.Json(new { Success = false, Error = "CAM_L is recording already." }, statusCode: 409)), answer => [answer]))
            .Add("rig stop", routes.Call((_, _) => throw new TimeoutException(), answer => [answer]))
            .Add("jobs", routes.Call((_, _) => Task.FromResult(Results.Problem("Not now.", statusCode: 503)), answer => [answer]))
            .Add("offload list", routes.Call((_, _) => throw new InvalidOperationException("A mistake."), answer => [answer]));
        Assert.Equal("CAM_L", (string?)Assert.Single(await RunAsync(palette, "rig status"))["id"]);
        Assert.Equal("CAM_L is recording already.", (await Assert.ThrowsAsync<CommandFailedException>(() => RunAsync(palette, "rig start"))).Message);
        Assert.Equal("It did not answer in time.", (await Assert.ThrowsAsync<CommandFailedException>(() => RunAsync(palette, "rig stop"))).Message);
        Assert.Equal("Not now.", (await Assert.ThrowsAsync<CommandFailedException>(() => RunAsync(palette, "jobs"))).Message);
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(palette, "offload list"));
    }

    private static async Task<List<JsonObject>> RunAsync(OperatorPalette palette, string command, params (string Name, string Value)[] arguments)
    {
        Assert.True(palette.TryGet(command, out var handler));
        var items = new List<JsonObject>();
        await foreach (var item in handler(new CommandArguments(arguments.ToDictionary(argument => argument.Name, argument => argument.Value)), CancellationToken.None))
        {
            items.Add(item);
        }

        return items;
    }

    private sealed class Silent : ReceiveActor;
}
