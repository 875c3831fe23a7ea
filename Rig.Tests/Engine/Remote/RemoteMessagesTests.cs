using System.Collections.Concurrent;
using static Rig.Tests.Engine.Remote.AcrossNodes;

namespace Rig.Tests.Engine.Remote;

/// <summary>What may be relied on of messages between nodes.</summary>
public sealed class RemoteMessagesTests : IAsyncLifetime
{
    private readonly LoopbackNodes _nodes = new();
    private readonly ConcurrentQueue<object> _heard = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _nodes.DisposeAsync();

    [Fact]
    public async Task Tells_and_asks_cross_nodes_and_the_sender_can_be_answered()
    {
        var (left, right) = Start();

        var gateway = await FindAsync(left, right, "user/gateway");

        Assert.Equal("KICK-OFF", await gateway.Ask<string>("kick-off", Patience));
        Assert.Equal("AGAIN", await left.ActorSelection(new RootActorPath(AddressOf(right)) / "user" / "gateway").Ask<string>("again", Patience));
        foreach (object message in new object[] { 1, 2L, true, new byte[] { 3 } })
            gateway.Tell(message, ActorRefs.NoSender);
        await EventuallyAsync(() => _heard.Count == 6, "all primitives arrive");
        Assert.Equal([1, 2L, true], _heard.Skip(2).Take(3));
        Assert.Equal([3], Assert.IsType<byte[]>(_heard.Last()));
    }

    [Fact]
    public async Task A_reference_stays_good_on_another_node()
    {
        var (left, right) = Start();
        var gateway = await FindAsync(left, right, "user/gateway");

        gateway.Tell(left.ActorOf(Props.Create(() => new Listener(new ConcurrentQueue<object>()))), ActorRefs.NoSender);

        await EventuallyAsync(() => !_heard.IsEmpty, "the reference arrives");
        var received = Assert.IsType<IActorRef>(_heard.Single(), exactMatch: false);
        Assert.Equal(AddressOf(left), received.Path.Address);
        Assert.Equal("HELLO", await received.Ask<string>("hello", Patience));
    }

    [Fact]
    public async Task Messages_arrive_in_the_order_in_which_one_sender_told_them()
    {
        var (left, right) = Start();
        var gateway = await FindAsync(left, right, "user/gateway");

        for (var i = 0; i < 20_000; i++)
            gateway.Tell(i, ActorRefs.NoSender);

        await EventuallyAsync(() => _heard.Count == 20_000, "20000 messages arrive");
        Assert.Equal(Enumerable.Range(0, 20_000).Cast<object>(), _heard);
    }

    [Fact]
    public async Task Over_connections_that_break_messages_arrive_at_most_once_and_in_order()
    {
        var (left, right) = Start();
        var gateway = await FindAsync(left, right, "user/gateway");
        var next = 0;
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 4_000; i++)
            {
                gateway.Tell(next++, ActorRefs.NoSender);
                if (i == 2_000)
                    _nodes.BreakConnections();
            }
            var later = next;
            await EventuallyAsync(
                () =>
                {
                    gateway.Tell(next++, ActorRefs.NoSender);
                    return _heard.LastOrDefault() is int last && last >= later;
                },
                "messages arrive again");
        }

        var numbers = _heard.Cast<int>().ToList();
        Assert.Equal(numbers.Distinct().Order(), numbers);
    }

    [Fact]
    public async Task What_is_held_back_by_a_short_cut_arrives_when_it_heals()
    {
        var (left, right) = Start();
        var gateway = await FindAsync(left, right, "user/gateway");
        _nodes.Cut("left", "right");
        var answer = gateway.Ask<string>("hello", Patience);

        _nodes.Heal();

        Assert.Equal("HELLO", await answer);
    }

    [Fact]
    public async Task A_failure_crosses_nodes()
    {
        var (left, right) = Start();
        right.ActorOf(Props.Create(() => new Refuser()), "refuser");
        var refuser = await FindAsync(left, right, "user/refuser");

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => refuser.Ask<string>("please", Patience));

        Assert.Contains("not today", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_does_not_exist_is_found_by_nobody()
    {
        var (left, right) = Start();

        var nobody = left.ActorSelection(new RootActorPath(AddressOf(right)) / "user" / "nobody");

        Assert.Null((await nobody.Ask<ActorIdentity>(new Identify("who?"), Patience)).Subject);
        await Assert.ThrowsAsync<ActorNotFoundException>(() => nobody.ResolveOne(Patience));
    }

    private (ActorSystem Left, ActorSystem Right) Start()
    {
        var (left, right) = (_nodes.Start("left", ""), _nodes.Start("right", ""));
        right.ActorOf(Props.Create(() => new Listener(_heard)), "gateway");
        return (left, right);
    }

    private sealed class Refuser : ReceiveActor
    {
        public Refuser() => ReceiveAny(_ => Sender.Tell(new Status.Failure(new InvalidOperationException("not today"))));
    }
}
