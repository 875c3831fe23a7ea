using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Rig.Ctl.Demo;

namespace Rig.Bench.Engine;

/// <summary>
/// <c>engine-cluster [rounds] [--json]</c>: three processes become one cluster, from the start of the processes until each sees
/// three members up; then the one that hosts the singleton is killed, and time runs until another hosts it. Settings are the engine's own.
/// </summary>
internal static class EngineClusterBench
{
    public const string NodeVerb = "engine-cluster-node";

    private const int Nodes = 3;

    public static async Task<int> RunAsync(int rounds, bool json)
    {
        var report = new EngineReport(json);
        List<double> up = [], moved = [];
        for (var round = 0; round < rounds; round++)
        {
            var (upMs, movedMs) = await RoundAsync();
            up.Add(upMs);
            moved.Add(movedMs);
        }

        report.Add("three nodes up, cold", "ms", false, up);
        report.Add("singleton re-hosted after SIGKILL", "ms", false, moved);
        return report.Finish();
    }

    /// <summary>One node: prints "up" once three members are, and "hosting" when the singleton starts here.</summary>
    public static async Task<int> RunNodeAsync(string[] args)
    {
        var (port, seed) = (args[0], args[1]);
        using var system = ActorSystem.Create("bench", ConfigurationFactory.ParseString($$"""
            akka {
              loggers = []
              stdout-loglevel = OFF
              actor.provider = cluster
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}} }
              cluster {
                seed-nodes = ["akka.tcp://bench@127.0.0.1:{{seed}}"]
                downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
              }
            }
            """));
        system.ActorOf(Props.Create(() => new MemberCounter()));
        system.ActorOf(ClusterSingletonManager.Props(
            Props.Create(() => new Hosted()), PoisonPill.Instance, ClusterSingletonManagerSettings.Create(system)), "singleton");
        await BenchProcess.WaitForParentAsync();
        return 0;
    }

    private static async Task<(double UpMs, double MovedMs)> RoundAsync()
    {
        var lines = Channel.CreateUnbounded<(BenchProcess, string, long)>();
        var ports = Enumerable.Range(0, Nodes).Select(_ => FreePort.Next().ToString(CultureInfo.InvariantCulture)).ToArray();
        var start = Stopwatch.GetTimestamp();
        var nodes = ports.Select(port => new BenchProcess([NodeVerb, port, ports[0]], lines.Writer)).ToArray();
        try
        {
            BenchProcess? host = null;
            var upAt = 0L;
            for (var seen = 0; seen < Nodes || host is null;)
            {
                var (from, what, at) = await BenchProcess.NextAsync(lines.Reader, "");
                if (what == "hosting")
                {
                    host = host is null ? from : throw new InvalidOperationException("Two nodes host the singleton at once.");
                }
                else
                {
                    (seen, upAt) = (seen + 1, at);
                }
            }

            var killedAt = Stopwatch.GetTimestamp();
            host.Kill();
            var (_, _, hostedAt) = await BenchProcess.NextAsync(lines.Reader, "hosting");
            return (Stopwatch.GetElapsedTime(start, upAt).TotalMilliseconds, Stopwatch.GetElapsedTime(killedAt, hostedAt).TotalMilliseconds);
        }
        finally
        {
            foreach (var node in nodes)
            {
                node.Dispose();
            }
        }
    }

    private sealed class MemberCounter : ReceiveActor
    {
        private int members;

        public MemberCounter()
        {
            Receive<ClusterEvent.MemberUp>(_ =>
            {
                if (++members == Nodes)
                {
                    Console.WriteLine("up");
                }
            });
            ReceiveAny(_ => { });
        }

        protected override void PreStart() => Cluster.Get(Context.System).Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.MemberUp));
    }

    private sealed class Hosted : UntypedActor
    {
        protected override void PreStart() => Console.WriteLine("hosting");

        protected override void OnReceive(object message)
        {
        }
    }
}
