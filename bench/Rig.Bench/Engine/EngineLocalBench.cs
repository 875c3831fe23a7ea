using System.Diagnostics;

namespace Rig.Bench.Engine;

/// <summary><c>engine-local [rounds] [--json]</c>: messages between actors of one process, and what an idle actor weighs.</summary>
internal static class EngineLocalBench
{
    private const int Tells = 3_000_000;
    private const int Exchanges = 1_000_000;
    private const int Asks = 100_000;
    private const int IdleActors = 100_000;

    public static async Task<int> RunAsync(int rounds, bool json)
    {
        var report = new EngineReport(json);
        using var system = ActorSystem.Create("bench", ConfigurationFactory.ParseString("akka { loggers = [], stdout-loglevel = OFF }"));
        List<double> tells = [], allocations = [], alone = [], many = [], asks = [], idle = [];
        // The first round warms up.
        for (var round = -1; round < rounds; round++)
        {
            var (perSecond, bytes) = await TellAsync(system);
            var lonely = await PingPongAsync(system, 1);
            var crowded = await PingPongAsync(system, 100);
            var asked = await AskAsync(system);
            var weight = await WeighAsync();
            if (round >= 0)
            {
                tells.Add(perSecond);
                allocations.Add(bytes);
                alone.Add(lonely);
                many.Add(crowded);
                asks.Add(asked);
                idle.Add(weight);
            }
        }

        report.Add("local tell", "messages/s", true, tells);
        report.Add("local tell, allocated", "bytes", false, allocations);
        report.Add("local ping-pong, 1 in flight", "messages/s", true, alone);
        report.Add("local ping-pong, 100 in flight", "messages/s", true, many);
        report.Add("local ask, 1 in flight", "trips/s", true, asks);
        report.Add("idle actor", "bytes", false, idle);
        return report.Finish();
    }

    private static async Task<(double PerSecond, double BytesEach)> TellAsync(ActorSystem system)
    {
        var done = new TaskCompletionSource();
        var counter = system.ActorOf(Props.Create(() => new Counter(Tells, done)));
        await counter.Ask<ActorIdentity>(new Identify(0), TimeSpan.FromSeconds(30));
        var message = new object();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Tells; i++)
        {
            counter.Tell(message, ActorRefs.NoSender);
        }

        await done.Task;
        var perSecond = Tells / watch.Elapsed.TotalSeconds;
        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)Tells;
        await counter.GracefulStop(TimeSpan.FromSeconds(30));
        return (perSecond, bytes);
    }

    private static async Task<double> PingPongAsync(ActorSystem system, int inFlight)
    {
        var done = new TaskCompletionSource();
        var echo = system.ActorOf(Props.Create(() => new Echo()));
        var pinger = system.ActorOf(Props.Create(() => new Pinger(echo, Exchanges, inFlight, done)));
        await pinger.Ask<ActorIdentity>(new Identify(0), TimeSpan.FromSeconds(30));
        var watch = Stopwatch.StartNew();
        pinger.Tell("begin", ActorRefs.NoSender);
        await done.Task;
        var perSecond = 2 * Exchanges / watch.Elapsed.TotalSeconds;
        await Task.WhenAll(pinger.GracefulStop(TimeSpan.FromSeconds(30)), echo.GracefulStop(TimeSpan.FromSeconds(30)));
        return perSecond;
    }

    private static async Task<double> AskAsync(ActorSystem system)
    {
        var echo = system.ActorOf(Props.Create(() => new Echo()));
        var message = new object();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Asks; i++)
        {
            await echo.Ask<object>(message, TimeSpan.FromSeconds(30));
        }

        var perSecond = Asks / watch.Elapsed.TotalSeconds;
        await echo.GracefulStop(TimeSpan.FromSeconds(30));
        return perSecond;
    }

    /// <summary>In a system of its own, which is gone before the next round.</summary>
    private static async Task<double> WeighAsync()
    {
        var system = ActorSystem.Create("weigh", ConfigurationFactory.ParseString("akka { loggers = [], stdout-loglevel = OFF }"));
        var parent = system.ActorOf(Props.Create(() => new Parent()));
        await parent.Ask<int>(1_000, TimeSpan.FromSeconds(60));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await parent.Ask<int>(IdleActors, TimeSpan.FromSeconds(60));
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)IdleActors;
        GC.KeepAlive(parent);
        await system.Terminate();
        return bytes;
    }

    private sealed class Counter : UntypedActor
    {
        private readonly int expected;
        private readonly TaskCompletionSource done;
        private int received;

        public Counter(int expected, TaskCompletionSource done) => (this.expected, this.done) = (expected, done);

        protected override void OnReceive(object message)
        {
            if (++received == expected)
            {
                done.TrySetResult();
            }
        }
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message, Self);
    }

    private sealed class Pinger(IActorRef echo, int exchanges, int inFlight, TaskCompletionSource done) : UntypedActor
    {
        private int sent;
        private int received;

        protected override void OnReceive(object message)
        {
            if (message is "begin")
            {
                var ball = new object();
                for (; sent < inFlight; sent++)
                {
                    echo.Tell(ball, Self);
                }

                return;
            }

            if (++received == exchanges)
            {
                done.TrySetResult();
            }
            else if (sent < exchanges)
            {
                sent++;
                echo.Tell(message, Self);
            }
        }
    }

    /// <summary>Makes as many children as it is told and answers once each of them has answered.</summary>
    private sealed class Parent : UntypedActor
    {
        private IActorRef? asker;
        private int waiting;

        protected override void OnReceive(object message)
        {
            if (message is int count)
            {
                (asker, waiting) = (Sender, count);
                for (var i = 0; i < count; i++)
                {
                    Context.ActorOf(Idle.Props).Tell(new Identify(0), Self);
                }
            }
            else if (--waiting == 0)
            {
                asker?.Tell(0, Self);
            }
        }
    }

    private sealed class Idle : UntypedActor
    {
        public static readonly Props Props = Props.Create(() => new Idle());

        protected override void OnReceive(object message)
        {
        }
    }
}
