using Rig.Tests.Support;

namespace Rig.Tests.Engine.Local;

public class RouterTests : PatientTestKit
{
    [Fact]
    public void A_round_robin_pool_gives_each_routee_its_share()
    {
        var router = ActorOf(Props.Create(() => new Worker()).WithRouter(new RoundRobinPool(3)), "router");
        for (var i = 0; i < 9; i++)
            router.Tell("work");
        var byWorker = ReceiveN(9).Cast<string>().GroupBy(name => name).ToList();
        Assert.Equal(3, byWorker.Count);
        Assert.All(byWorker, share => Assert.Equal(3, share.Count()));
    }

    [Fact]
    public void A_broadcast_reaches_all()
    {
        var router = ActorOf(Props.Create(() => new Worker()).WithRouter(new RoundRobinPool(3)), "router");
        router.Tell(new Broadcast("work"));
        Assert.Equal(3, ReceiveN(3).Distinct().Count());
    }

    private sealed class Worker : ReceiveActor
    {
        public Worker() => ReceiveAny(_ => Sender.Tell(Self.Path.Name));
    }
}
