using System.Collections.Concurrent;
using Rig.Engine.Remote;
using Rig.Tests.Engine.Remote;
using Rig.Tests.Support;
using static Rig.Tests.Engine.Embedded.Remote.TestSystems;
using static Rig.Tests.Engine.Remote.AcrossNodes;

namespace Rig.Tests.Engine.Embedded.Remote;

/// <summary>What only the embedded engine's remoting promises.</summary>
public sealed class RemotingTests : IAsyncLifetime
{
    private const string Remote = "akka.actor.provider = remote";

    private readonly TestSystems _systems = new();
    private readonly ConcurrentQueue<object> _heard = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _systems.DisposeAsync();

    [Fact]
    public async Task The_same_cookie_is_needed_on_both_sides()
    {
        var ours = _systems.OnTcp("akka.remote.cookie = ours");
        var same = _systems.OnTcp("akka.remote.cookie = ours");
        var stranger = _systems.OnTcp("akka.remote.cookie = theirs");
        ours.ActorOf(Props.Create(() => new Listener(_heard)), "gateway");

        Assert.Equal("HELLO", await (await FindAsync(same, ours, "user/gateway")).Ask<string>("hello", Patience));
        stranger.ActorSelection(new RootActorPath(AddressOf(ours)) / "user" / "gateway").Tell("let me in");
        var failed = new TaskCompletionSource<AssociationFailed>();
        stranger.EventStream.Subscribe(stranger.ActorOf(Props.Create(() => new Relay<AssociationFailed>(failed))), typeof(AssociationFailed));
        stranger.ActorSelection(new RootActorPath(AddressOf(ours)) / "user" / "gateway").Tell("let me in");

        Assert.False((await failed.Task.WaitAsync(Patience)).Refused);
        Assert.Equal(["hello"], _heard);
    }

    [Fact]
    public async Task With_tls_on_the_certificate_of_the_rigs_authority_opens_the_door_and_no_other()
    {
        using var folder = new TempFolder();
        using var authority = Authority.Create("rig");
        using var other = Authority.Create("other");
        var ours = _systems.OnTcp(TlsConfig(folder.Path, "ours", authority, authority));
        var same = _systems.OnTcp(TlsConfig(folder.Path, "same", authority, authority));
        var stranger = _systems.OnTcp(TlsConfig(folder.Path, "stranger", other, authority));
        ours.ActorOf(Props.Create(() => new Listener(_heard)), "gateway");

        Assert.Equal("HELLO", await (await FindAsync(same, ours, "user/gateway")).Ask<string>("hello", Patience));
        var failed = new TaskCompletionSource<AssociationFailed>();
        stranger.EventStream.Subscribe(stranger.ActorOf(Props.Create(() => new Relay<AssociationFailed>(failed))), typeof(AssociationFailed));
        stranger.ActorSelection(new RootActorPath(AddressOf(ours)) / "user" / "gateway").Tell("let me in");

        await failed.Task.WaitAsync(Patience);
        Assert.Equal(["hello"], _heard);
    }

    private static string TlsConfig(string folder, string name, Authority issuer, Authority trusted)
    {
        var certificate = Path.Combine(folder, $"{name}.p12");
        var authorities = Path.Combine(folder, $"{name}-trusted.pem");
        File.WriteAllBytes(certificate, issuer.Issue(name).Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pkcs12, "test"));
        File.WriteAllText(authorities, trusted.Trusted[0].ExportCertificatePem());
        return $$"""
            akka.remote.dot-netty.tcp {
              enable-ssl = on
              ssl.certificate { path = "{{certificate}}", password = "test", trusted-path = "{{authorities}}" }
            }
            """;
    }

    [Fact]
    public async Task A_message_above_the_frame_limit_becomes_a_dead_letter_and_costs_nothing_else()
    {
        var (left, right) = (_systems.OnTcp("akka.remote.dot-netty.tcp.maximum-frame-size = 64 KiB"), _systems.OnTcp(""));
        right.ActorOf(Props.Create(() => new Listener(_heard)), "gateway");
        var letter = new TaskCompletionSource<DeadLetter>();
        left.EventStream.Subscribe(left.ActorOf(Props.Create(() => new Relay<DeadLetter>(letter))), typeof(DeadLetter));
        var gateway = await FindAsync(left, right, "user/gateway");

        gateway.Tell(new byte[100_000], ActorRefs.NoSender);

        Assert.IsType<byte[]>((await letter.Task.WaitAsync(Patience)).Message);
        Assert.Equal("STILL HERE", await gateway.Ask<string>("still here", Patience));
    }

    [Fact]
    public async Task A_stranger_that_talks_nonsense_is_dropped_and_others_are_served()
    {
        var right = _systems.OnTcp("");
        right.ActorOf(Props.Create(() => new Listener(_heard)), "gateway");
        using var stranger = new System.Net.Sockets.TcpClient();
        await stranger.ConnectAsync("127.0.0.1", AddressOf(right).Port!.Value);
        var stream = stranger.GetStream();

        await stream.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());

        Assert.Equal(0, await stream.ReadAsync(new byte[16]).AsTask().WaitAsync(Patience));
        Assert.Equal("HELLO", await (await FindAsync(_systems.OnTcp(""), right, "user/gateway")).Ask<string>("hello", Patience));
    }

    [Fact]
    public async Task Death_is_told_as_such_across_connections_that_break_again_and_again()
    {
        var (left, right) = (_systems.OnNetwork("left", Remote), _systems.OnNetwork("right", Remote));
        var actors = Enumerable.Range(0, 8).Select(i => right.ActorOf(Props.Create(() => new Listener(_heard)), $"a{i}")).ToList();
        var ended = new List<Task<Terminated>>();
        foreach (var actor in actors)
        {
            ended.Add(await WatchAsync(left, await FindAsync(left, right, $"user/{actor.Path.Name}")));
            right.Stop(actor);
            await _systems.Network.BreakAllAsync();
        }

        Assert.All(await Task.WhenAll(ended).WaitAsync(Patience), gone => Assert.True(gone.ExistenceConfirmed));
    }

    [Fact]
    public async Task A_node_that_was_silent_for_too_long_is_given_up_for_good()
    {
        const string quick = Remote + "\nakka.remote { transport-failure-detector { heartbeat-interval = 50 ms, acceptable-heartbeat-pause = 200 ms }, watch-failure-detector.acceptable-heartbeat-pause = 500 ms }";
        var (left, right) = (_systems.OnNetwork("left", quick), _systems.OnNetwork("right", quick));
        right.ActorOf(Props.Create(() => new Listener(_heard)), "gateway");
        var ended = await WatchAsync(left, await FindAsync(left, right, "user/gateway"));

        _systems.Network.Cut(["left"], ["right"]);

        Assert.True((await ended.WaitAsync(Patience)).AddressTerminated);
        // Even when the network heals, this incarnation is not spoken to again.
        _systems.Network.Heal();
        Assert.True(RemotingOf(left).IsQuarantined(AddressOf(right), RemotingOf(right).Uid));
    }

    [Fact]
    public async Task A_full_queue_drops_and_counts_instead_of_growing()
    {
        var left = _systems.OnNetwork("left", Remote + "\nakka.remote.outbound-message-queue-size = 100");
        var right = _systems.OnNetwork("right", Remote);
        right.ActorOf(Props.Create(() => new Listener(_heard)), "gateway");
        var gateway = await FindAsync(left, right, "user/gateway");
        _systems.Network.Cut(["left"], ["right"]);

        for (var i = 0; i < 50_000; i++)
            gateway.Tell(new byte[1000], ActorRefs.NoSender);

        Assert.True(RemotingOf(left).AssociationFor(AddressOf(right)).Dropped > 10_000);
    }

    private sealed class Relay<T> : ReceiveActor
    {
        public Relay(TaskCompletionSource<T> first)
        {
            Receive<T>(message => first.TrySetResult(message));
        }
    }
}
