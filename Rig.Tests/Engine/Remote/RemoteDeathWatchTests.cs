using System.Collections.Concurrent;
using static Rig.Tests.Engine.Remote.AcrossNodes;

namespace Rig.Tests.Engine.Remote;

/// <summary>What a watcher hears of actors on another node, without a cluster.</summary>
public sealed class RemoteDeathWatchTests : IAsyncLifetime
{
    private readonly LoopbackNodes _nodes = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _nodes.DisposeAsync();

    [Fact]
    public async Task A_watcher_learns_that_the_actor_stopped_and_that_it_never_was()
    {
        var (left, right) = (_nodes.Start("left", ""), _nodes.Start("right", ""));
        var actor = Gateway(right);
        var stopped = await WatchAsync(left, await FindAsync(left, right, "user/gateway"));
        right.Stop(actor);

        var gone = await stopped.WaitAsync(Patience);
        Assert.True(gone.ExistenceConfirmed);
        Assert.False(gone.AddressTerminated);
        var nobody = ((ExtendedActorSystem)left).Provider.ResolveActorRef(new RootActorPath(AddressOf(right)) / "user" / "nobody");
        Assert.False((await (await WatchAsync(left, nobody)).WaitAsync(Patience)).ExistenceConfirmed);
    }

    [Fact]
    public async Task An_actor_can_be_stopped_from_another_node()
    {
        var (left, right) = (_nodes.Start("left", ""), _nodes.Start("right", ""));
        Gateway(right, "poisoned");
        Gateway(right, "stopped");
        var stopped = await FindAsync(left, right, "user/stopped");
        var ended = await WatchAsync(left, stopped);

        left.Stop(stopped);

        Assert.True((await ended.WaitAsync(Patience)).ExistenceConfirmed);
        Assert.True(await (await FindAsync(left, right, "user/poisoned")).GracefulStop(Patience));
    }

    [Fact]
    public async Task Deaths_are_told_across_connections_that_break()
    {
        var (left, right) = (_nodes.Start("left", ""), _nodes.Start("right", ""));
        var actors = Enumerable.Range(0, 8).Select(i => Gateway(right, $"a{i}")).ToList();
        var ended = new List<Task<Terminated>>();
        foreach (var actor in actors)
            ended.Add(await WatchAsync(left, await FindAsync(left, right, $"user/{actor.Path.Name}")));

        for (var i = 0; i < actors.Count; i++)
        {
            right.Stop(actors[i]);
            if (i % 4 == 3)
                _nodes.BreakConnections();
        }

        // Each of its own, or all of them with their node where that was given up over it.
        await Task.WhenAll(ended).WaitAsync(Patience);
    }

    [Fact]
    public async Task A_death_during_a_short_cut_is_told_when_it_heals()
    {
        var (left, right) = (_nodes.Start("left", ""), _nodes.Start("right", ""));
        var actor = Gateway(right);
        var ended = await WatchAsync(left, await FindAsync(left, right, "user/gateway"));
        _nodes.Cut("left", "right");
        await actor.GracefulStop(Patience);

        _nodes.Heal();

        Assert.Equal("gateway", (await ended.WaitAsync(Patience)).ActorRef.Path.Name);
    }

    [Fact]
    public async Task A_watch_ends_when_the_other_node_has_been_silent_for_too_long()
    {
        const string quick = """
            akka.remote {
              transport-failure-detector.heartbeat-interval = 200 ms
              watch-failure-detector {
                heartbeat-interval = 200 ms
                unreachable-nodes-reaper-interval = 200 ms
                expected-response-after = 200 ms
                acceptable-heartbeat-pause = 2 s
              }
            }
            """;
        var (left, right) = (_nodes.Start("left", quick), _nodes.Start("right", quick));
        Gateway(right);
        var ended = await WatchAsync(left, await FindAsync(left, right, "user/gateway"));

        await _nodes.SettleAsync();
        _nodes.Cut("left", "right");

        Assert.True((await ended.WaitAsync(Patience)).AddressTerminated);
    }

    [Fact]
    public async Task A_watch_ends_when_the_other_node_shuts_down()
    {
        var (left, right) = (_nodes.Start("left", ""), _nodes.Start("right", ""));
        Gateway(right);
        var ended = await WatchAsync(left, await FindAsync(left, right, "user/gateway"));

        await right.Terminate().WaitAsync(Patience);

        await ended.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_watch_ends_when_another_incarnation_speaks_from_the_same_address()
    {
        var (left, right) = (_nodes.Start("left", ""), _nodes.Start("right", ""));
        Gateway(right);
        var ended = await WatchAsync(left, await FindAsync(left, right, "user/gateway"));
        await _nodes.KillAsync("right");

        var another = _nodes.Start("right", "");
        Gateway(another);
        another.ActorSelection(new RootActorPath(AddressOf(left)) / "user" / "anyone").Tell("here I am");

        await ended.WaitAsync(Patience);
        Assert.Equal("HELLO", await (await FindAsync(left, another, "user/gateway")).Ask<string>("hello", Patience));
    }

    [Fact]
    public async Task Nothing_is_told_of_one_that_is_no_longer_watched()
    {
        var (left, right) = (_nodes.Start("left", ""), _nodes.Start("right", ""));
        var (former, still) = (Gateway(right, "former"), Gateway(right, "still"));
        var told = new ConcurrentQueue<object>();
        var watcher = left.ActorOf(Props.Create(() => new FickleWatcher(told)));
        foreach (var name in new[] { "former", "still" })
            watcher.Tell(await FindAsync(left, right, $"user/{name}"));
        watcher.Tell("look away");
        await EventuallyAsync(() => told.Contains("looked away"), "the watch has ended");

        right.Stop(former);
        right.Stop(still);

        await EventuallyAsync(() => told.Contains("still"), "the death of the other is told");
        Assert.DoesNotContain("former", told);
    }

    private static IActorRef Gateway(ActorSystem system, string name = "gateway") =>
        system.ActorOf(Props.Create(() => new Listener(new ConcurrentQueue<object>())), name);

    /// <summary>Watches whom it is told, and no longer the first of them when it is told so.</summary>
    private sealed class FickleWatcher : ReceiveActor
    {
        private readonly List<IActorRef> _watched = [];

        public FickleWatcher(ConcurrentQueue<object> told)
        {
            Receive<IActorRef>(actor => _watched.Add(Context.Watch(actor)));
            Receive<string>(_ =>
            {
                Context.Unwatch(_watched[0]);
                _watched[0].Tell(new Identify("unwatched?"));
            });
            Receive<ActorIdentity>(_ => told.Enqueue("looked away"));
            Receive<Terminated>(gone => told.Enqueue(gone.ActorRef.Path.Name));
        }
    }
}
