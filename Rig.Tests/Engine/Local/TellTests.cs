using Rig.Tests.Support;

namespace Rig.Tests.Engine.Local;

public class TellTests : PatientTestKit
{
    [Fact]
    public void Messages_of_one_sender_arrive_in_order()
    {
        var collector = ActorOf(() => new Collector(4 * 5_000, TestActor), "collector");
        var senders = Enumerable.Range(0, 4).Select(i => ActorOf(() => new Counter(collector, i, 5_000), $"sender{i}")).ToArray();
        foreach (var sender in senders)
            sender.Tell("go");
        var received = ExpectMsg<List<(int Sender, int Number)>>(TimeSpan.FromSeconds(20));
        foreach (var stream in received.GroupBy(message => message.Sender))
            Assert.Equal(Enumerable.Range(0, 5_000), stream.Select(message => message.Number));
    }

    [Fact]
    public void Messages_from_outside_actors_are_each_handled_once()
    {
        var collector = ActorOf(() => new Collector(2 * 50_000, TestActor), "collector");
        Parallel.For(0, 2, sender =>
        {
            for (var number = 0; number < 50_000; number++)
                collector.Tell((sender, number), ActorRefs.NoSender);
        });
        var received = ExpectMsg<List<(int Sender, int Number)>>(TimeSpan.FromSeconds(20));
        Assert.Equal(2 * 50_000, received.Distinct().Count());
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Mailboxes_that_fill_and_empty_side_by_side_keep_each_others_messages_apart()
    {
        const int senders = 8;
        const int each = 20_000;
        var collectors = Enumerable.Range(0, 6).Select(i => ActorOf(() => new Collector(senders * each / 2, TestActor), $"collector{i}")).ToArray();
        var threads = Enumerable.Range(0, senders).Select(sender => new Thread(() =>
        {
            // Three mailboxes at a time, so that what one has emptied is filled by another.
            for (var number = 0; number < each; number++)
                for (var i = 0; i < 3; i++)
                    collectors[(sender + (2 * i)) % collectors.Length].Tell(((sender * 10) + ((sender + (2 * i)) % collectors.Length), number), ActorRefs.NoSender);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        var heard = new HashSet<int>();
        foreach (var _ in collectors)
        {
            var received = ExpectMsg<List<(int Sender, int Number)>>(TimeSpan.FromSeconds(30));
            Assert.True(heard.Add(Assert.Single(received.Select(message => message.Sender % 10).Distinct())));
            foreach (var stream in received.GroupBy(message => message.Sender))
                Assert.Equal(Enumerable.Range(0, each), stream.Select(message => message.Number));
        }
    }

    [Fact]
    public void The_sender_is_whoever_told()
    {
        var echo = ActorOf<Echo>("echo");
        echo.Tell("from the test");
        ExpectMsg("from the test");
        Assert.Equal(echo, LastSender);
        var probe = CreateTestProbe();
        echo.Tell("for the probe", probe);
        probe.ExpectMsg("for the probe");
    }

    [Fact]
    public void Forward_keeps_the_first_sender()
    {
        var echo = ActorOf<Echo>("echo");
        var forwarder = ActorOf(() => new Forwarder(echo), "forwarder");
        forwarder.Tell("through");
        ExpectMsg("through");
        Assert.Equal(echo, LastSender);
    }

    [Fact]
    public void Nobody_takes_everything_and_does_nothing()
    {
        ActorRefs.Nobody.Tell("anything");
        Assert.True(ActorRefs.Nobody.IsNobody());
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Every_actor_tells_who_it_is()
    {
        var echo = ActorOf<Echo>("echo");
        echo.Tell(new Identify(7));
        Assert.Equal(new ActorIdentity(7, echo), ExpectMsg<ActorIdentity>());
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message));
    }

    private sealed class Forwarder : ReceiveActor
    {
        public Forwarder(IActorRef to) => ReceiveAny(to.Forward);
    }

    private sealed class Counter : ReceiveActor
    {
        public Counter(IActorRef to, int id, int count) => ReceiveAny(_ =>
        {
            for (var number = 0; number < count; number++)
                to.Tell((id, number));
        });
    }

    private sealed class Collector : ReceiveActor
    {
        public Collector(int expected, IActorRef report)
        {
            var received = new List<(int, int)>();
            Receive<(int, int)>(message =>
            {
                received.Add(message);
                if (received.Count == expected)
                    report.Tell(received);
            });
        }
    }
}
