using System.Collections.Concurrent;
using Rig.Tests.Engine.Remote;
using static Rig.Tests.Engine.Cluster.LoopbackCluster;
using static Rig.Tests.Engine.Remote.AcrossNodes;

namespace Rig.Tests.Engine.Cluster;

public sealed class DistributedPubSubTests : IAsyncLifetime
{
    private readonly LoopbackCluster _cluster = new("a", "b");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task What_is_published_reaches_the_subscribers_on_all_nodes_once()
    {
        var nodes = await _cluster.FormAsync("a", "b", "c");
        var heard = await SubscribeAsync(nodes, "status");

        // Subscriptions travel by themselves; a first message that all have heard shows that they have.
        await PublishUntilHeardAsync(nodes[2], "status", "warm-up", heard);
        DistributedPubSub.Get(nodes[2]).Mediator.Tell(new Publish("status", "recording"));
        DistributedPubSub.Get(nodes[2]).Mediator.Tell(new Publish("another topic", "not for them"));
        DistributedPubSub.Get(nodes[2]).Mediator.Tell(new Publish("status", "end"));

        await EventuallyAsync(() => heard.All(queue => queue.Contains("end")), "all hear the end");
        Assert.All(heard, queue => Assert.Equal(["recording", "end"], queue.Where(message => message is "recording" or "end" or "not for them")));
    }

    [Fact]
    public async Task Nothing_comes_after_unsubscribing()
    {
        var nodes = await _cluster.FormAsync("a", "b", "c");
        var heard = new ConcurrentQueue<object>();
        var subscriber = nodes[0].ActorOf(Props.Create(() => new Listener(heard)));
        var mediator = DistributedPubSub.Get(nodes[0]).Mediator;
        await mediator.Ask<SubscribeAck>(new Subscribe("status", subscriber), Patience);
        await PublishUntilHeardAsync(nodes[1], "status", "warm-up", [heard]);

        await mediator.Ask<UnsubscribeAck>(new Unsubscribe("status", subscriber), Patience);
        var before = heard.Count;
        mediator.Tell(new Publish("status", "too late"));
        await mediator.Ask<SubscribeAck>(new Subscribe("other", subscriber), Patience);
        mediator.Tell(new Publish("other", "marker"));

        await EventuallyAsync(() => heard.Contains("marker"), "the marker arrives");
        Assert.DoesNotContain("too late", heard.Skip(before));
    }

    [Fact]
    public async Task Of_a_group_one_gets_each_message()
    {
        var nodes = await _cluster.FormAsync("a", "b", "c");
        var heard = await SubscribeAsync(nodes, "work", "workers");
        await EventuallyAsync(
            () =>
            {
                DistributedPubSub.Get(nodes[0]).Mediator.Tell(new Publish("work", "warm-up", sendOneMessageToEachGroup: true));
                return heard.All(queue => !queue.IsEmpty);
            },
            "the publisher knows all members of the group");

        for (var i = 0; i < 30; i++)
            DistributedPubSub.Get(nodes[0]).Mediator.Tell(new Publish("work", i, sendOneMessageToEachGroup: true));

        await EventuallyAsync(() => heard.Sum(queue => queue.OfType<int>().Count()) == 30, "every message arrives");
        Assert.Equal(Enumerable.Range(0, 30), heard.SelectMany(queue => queue.OfType<int>()).Order());
    }

    [Fact]
    public async Task Who_subscribes_twice_hears_once_and_what_nobody_hears_is_a_dead_letter()
    {
        var node = (await _cluster.FormAsync("a"))[0];
        var (heard, letters) = (new ConcurrentQueue<object>(), new ConcurrentQueue<object>());
        var subscriber = node.ActorOf(Props.Create(() => new Listener(heard)));
        node.EventStream.Subscribe(node.ActorOf(Props.Create(() => new Listener(letters))), typeof(DeadLetter));
        var mediator = DistributedPubSub.Get(node).Mediator;
        await mediator.Ask<SubscribeAck>(new Subscribe("status", subscriber), Patience);
        await mediator.Ask<SubscribeAck>(new Subscribe("status", subscriber), Patience);

        mediator.Tell(new Publish("status", "recording"));
        mediator.Tell(new Publish("another topic", "for nobody"));

        await EventuallyAsync(() => letters.Any(letter => letter is DeadLetter { Message: Publish { Message: "for nobody" } }), "the dead letter is told of");
        mediator.Tell(new Publish("status", "end"));
        await EventuallyAsync(() => heard.Contains("end"), "the end is heard");
        Assert.Equal(["recording", "end"], heard);
    }

    [Fact]
    public async Task Those_on_the_nodes_that_are_left_hear_on_when_one_was_killed()
    {
        var nodes = await _cluster.FormAsync("a", "b", "c");
        var heard = await SubscribeAsync(nodes, "status");
        await PublishUntilHeardAsync(nodes[1], "status", "warm-up", heard);

        await _cluster.Nodes.KillAsync("a");
        await UpAsync(2, nodes[1], nodes[2]);
        DistributedPubSub.Get(nodes[1]).Mediator.Tell(new Publish("status", "go on"));

        await EventuallyAsync(() => heard[1..].All(queue => queue.Contains("go on")), "both hear on");
    }

    private static async Task<ConcurrentQueue<object>[]> SubscribeAsync(ActorSystem[] nodes, string topic, string? group = null)
    {
        var heard = nodes.Select(_ => new ConcurrentQueue<object>()).ToArray();
        for (var i = 0; i < nodes.Length; i++)
        {
            var queue = heard[i];
            var subscriber = nodes[i].ActorOf(Props.Create(() => new Listener(queue)));
            await DistributedPubSub.Get(nodes[i]).Mediator.Ask<SubscribeAck>(new Subscribe(topic, subscriber, group), Patience);
        }
        return heard;
    }

    private static Task PublishUntilHeardAsync(ActorSystem node, string topic, string message, ConcurrentQueue<object>[] heard) => EventuallyAsync(
        () =>
        {
            DistributedPubSub.Get(node).Mediator.Tell(new Publish(topic, message));
            return heard.All(queue => queue.Contains(message));
        },
        "all have heard the first message");
}
