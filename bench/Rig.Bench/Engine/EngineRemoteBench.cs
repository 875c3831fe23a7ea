using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Rig.Ctl.Demo;

namespace Rig.Bench.Engine;

/// <summary><c>engine-remote [rounds] [--json]</c>: messages and asks between two processes over loopback.</summary>
internal static class EngineRemoteBench
{
    public const string PeerVerb = "engine-remote-peer";

    private const int OneWay = 500_000;
    // Few enough under way that neither engine's queue to the other node is ever full.
    private const int Batch = 10_000;
    private const int BatchesUnderWay = 3;
    private static readonly TimeSpan AskFor = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(int rounds, bool json)
    {
        var report = new EngineReport(json);
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        var lines = Channel.CreateUnbounded<(BenchProcess, string, long)>();
        using var peer = new BenchProcess([PeerVerb, port], lines.Writer);
        await BenchProcess.NextAsync(lines.Reader, "ready");
        using var system = Create("0");
        var address = $"akka.tcp://bench@127.0.0.1:{port}";
        var sink = await system.ActorSelection($"{address}/user/sink").ResolveOne(Patience);
        var echo = await system.ActorSelection($"{address}/user/echo").ResolveOne(Patience);
        List<double> oneWay = [], one = [], many = [];
        for (var round = -1; round < rounds; round++)
        {
            var sent = await SendAsync(system, sink);
            var single = await AskAsync(echo, 1);
            var crowd = await AskAsync(echo, 64);
            if (round >= 0)
            {
                oneWay.Add(sent);
                one.Add(single);
                many.Add(crowd);
            }
        }

        report.Add("remote one-way", "messages/s", true, oneWay);
        report.Add("remote ask, 1 in flight", "trips/s", true, one);
        report.Add("remote ask, 64 in flight", "trips/s", true, many);
        return report.Finish();
    }

    /// <summary>The other side: answers until the first side has gone.</summary>
    public static async Task<int> RunPeerAsync(string port)
    {
        using var system = Create(port);
        system.ActorOf(Props.Create(() => new Sink()), "sink");
        system.ActorOf(Props.Create(() => new Echo()), "echo");
        Console.WriteLine("ready");
        await BenchProcess.WaitForParentAsync();
        return 0;
    }

    private static ActorSystem Create(string port) => ActorSystem.Create("bench", ConfigurationFactory.ParseString($$"""
        akka {
          loggers = []
          stdout-loglevel = OFF
          actor {
            provider = remote
            serializers.bench = "Rig.Bench.Engine.BenchSerializer, Rig.Bench"
            serialization-bindings { "Rig.Bench.Engine.BenchRecord, Rig.Bench" = bench }
          }
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}} }
        }
        """));

    private static async Task<double> SendAsync(ActorSystem system, IActorRef sink)
    {
        var done = new TaskCompletionSource();
        var source = system.ActorOf(Props.Create(() => new Source(sink, done)));
        var watch = Stopwatch.StartNew();
        source.Tell("begin", ActorRefs.NoSender);
        await done.Task.WaitAsync(TimeSpan.FromSeconds(120));
        var perSecond = OneWay / watch.Elapsed.TotalSeconds;
        await source.GracefulStop(Patience);
        return perSecond;
    }

    private static async Task<double> AskAsync(IActorRef echo, int inFlight)
    {
        var watch = Stopwatch.StartNew();
        var trips = await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async camera =>
        {
            var count = 0L;
            while (watch.Elapsed < AskFor)
            {
                var answer = await echo.Ask<BenchRecord>(new BenchRecord(count, camera, 0.5), Patience);
                count = answer.Number + 1;
            }

            return count;
        }));
        return trips.Sum() / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Sends batch after batch; each is confirmed by one answer.</summary>
    private sealed class Source(IActorRef sink, TaskCompletionSource done) : UntypedActor
    {
        private int sent;
        private int confirmed;

        protected override void OnReceive(object message)
        {
            if (message is "begin")
            {
                for (var i = 0; i < BatchesUnderWay; i++)
                {
                    SendBatch();
                }

                return;
            }

            confirmed += Batch;
            if (confirmed == OneWay)
            {
                done.TrySetResult();
            }
            else if (sent < OneWay)
            {
                SendBatch();
            }
        }

        private void SendBatch()
        {
            for (var i = 0; i < Batch; i++)
            {
                sink.Tell(new BenchRecord(++sent, 1, 0.5), Self);
            }
        }
    }

    /// <summary>Confirms a batch once all of it has come: a message that is lost or out of order fails the bench.</summary>
    private sealed class Sink : UntypedActor
    {
        private long expected = 1;

        protected override void OnReceive(object message)
        {
            var number = ((BenchRecord)message).Number;
            // Each round begins anew.
            expected = number == 1 ? 1 : expected;
            if (number != expected++)
            {
                throw new InvalidOperationException($"Message {number} came where {expected - 1} was due.");
            }

            if (number % Batch == 0)
            {
                Sender.Tell(message, Self);
            }
        }
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message, Self);
    }
}
