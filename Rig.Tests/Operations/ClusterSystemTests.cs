using Microsoft.Extensions.Logging.Abstractions;
using Rig.Actors.Hosting;
using Rig.Tests.Support;

namespace Rig.Tests.Operations;

public sealed class ClusterSystemTests
{
    private const string Hocon = """
        akka { loggers = [], stdout-loglevel = OFF, actor.provider = cluster, remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 } }
        """;

    [Fact]
    public async Task A_cluster_system_that_ends_is_made_again()
    {
        using var cluster = new ClusterSystem(builder => builder.AddHocon(Hocon, HoconAddMode.Prepend).WithActors((system, registry) =>
            registry.Register<Echo>(system.ActorOf(Props.Create<Echo>(), "echo"))), NullLoggerFactory.Instance);
        await cluster.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync(() => !cluster.Find<Echo>().Equals(ActorRefs.Nobody));
        var (first, echo) = (cluster.Current!, cluster.Find<Echo>());
        Assert.Equal("a", await echo.Ask<string>("a", TimeSpan.FromSeconds(20)));

        await first.Terminate();
        await Eventually.HoldsAsync(() => cluster.Current is { } second && second != first);
        await Eventually.HoldsAsync(() => !cluster.Find<Echo>().Equals(ActorRefs.Nobody));
        Assert.NotEqual(echo, cluster.Find<Echo>());

        var last = cluster.Current!;
        await cluster.StopAsync(CancellationToken.None);
        Assert.True(last.WhenTerminated.IsCompleted);
        Assert.Null(cluster.Current);
    }

    [Fact]
    public async Task A_process_without_a_cluster_has_nobody_there()
    {
        using var cluster = new ClusterSystem(null, NullLoggerFactory.Instance);
        await cluster.StartAsync(CancellationToken.None);
        Assert.Null(cluster.Current);
        Assert.Equal(ActorRefs.Nobody, cluster.Find<Echo>());
        await cluster.StopAsync(CancellationToken.None);
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message));
    }
}
