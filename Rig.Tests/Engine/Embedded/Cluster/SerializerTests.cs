using System.Collections.Immutable;
using Rig.Engine.Cluster.Serialization;
using Rig.Engine.Remote.Serialization;
using Rig.Engine.Remote.Wire;
using Rig.Tests.Engine.Embedded.Remote;
using Rig.Tests.Engine.Remote;
using static Rig.Engine.Cluster.ClusterMessages;
using static Rig.Tests.Engine.Embedded.Cluster.Nodes;

namespace Rig.Tests.Engine.Embedded.Cluster;

public sealed class SerializerTests : IAsyncLifetime
{
    private readonly TestSystems _systems = new();
    private readonly ExtendedActorSystem _system;

    public SerializerTests() => _system = (ExtendedActorSystem)_systems.OnNetwork("a", "akka.actor.provider = remote");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _systems.DisposeAsync();

    [Fact]
    public void Every_message_of_the_cluster_survives_the_wire_and_is_bound_to_its_serializer()
    {
        var address = Node(1).Address;
        object[] messages =
        [
            new Heartbeat(7), new HeartbeatResponse(Node(1), 7), new InitJoin(), new InitJoinAck(address), new InitJoinNack(address),
            new Rig.Engine.Cluster.ClusterMessages.Leave(address), new Rig.Engine.Cluster.ClusterMessages.Down(address), new ExitingConfirmed(Node(2)),
            new HandOverToMe(Node(1)), new HandOverInProgress(Node(1)), new HandOverDone(Node(1)),
            new Deliver("status", "group", "recording", true),
            "text", 1, 2L, true, PoisonPill.Instance, Kill.Instance, address, new Identify("id"), Done.Instance,
        ];

        Assert.All(messages, message => Assert.Equal(message, Travel(message)));
        var join = Assert.IsType<Join>(Travel(new Join(Node(3), ["camera", "center"])));
        Assert.Equal((Node(3), 2), (join.Node, join.Roles.Count));
        var gossip = GossipOf(Up(1, 1), Up(2, 2)).Cut(1, 2).SeenBy(Node(1));
        Assert.Equal(2, Assert.IsType<Welcome>(Travel(new Welcome(Node(1), gossip))).Gossip.Members.Count);
        Assert.Equal(Node(2), Assert.IsType<GossipEnvelope>(Travel(new GossipEnvelope(Node(1), Node(2), gossip))).To);
        var status = Assert.IsType<TopicStatus>(Travel(new TopicStatus(ImmutableDictionary<UniqueAddress, long>.Empty.Add(Node(1), 4), true)));
        Assert.Equal(4, status.Versions[Node(1)]);
        var registry = TopicRegistry.Of(Node(1)).SetOwn(new TopicKey("status", null), true);
        var deltas = Assert.IsType<TopicDeltas>(Travel(new TopicDeltas(registry.DeltasFor(ImmutableDictionary<UniqueAddress, long>.Empty, 10))));
        Assert.Equal([Node(1)], TopicRegistry.Of(Node(2)).Apply(deltas.Deltas.Single()).NodesWith(new TopicKey("status", null)));
    }

    [Fact]
    public void A_local_reference_comes_back_as_itself()
    {
        var actor = _system.ActorOf(Props.Create(() => new Listener(new System.Collections.Concurrent.ConcurrentQueue<object>())));

        Assert.Equal(actor, Travel(actor));
        Assert.Equal(actor, Assert.IsType<ActorIdentity>(Travel(new ActorIdentity("id", actor))).Subject);
    }

    [Fact]
    public void Random_bytes_under_any_manifest_are_a_message_or_a_clean_error()
    {
        SerializerWithStringManifest[] serializers =
        [
            new ClusterMessageSerializer(_system), new ClusterSingletonMessageSerializer(_system), new DistributedPubSubMessageSerializer(_system),
            new MiscMessageSerializer(_system), new PrimitiveSerializers(_system),
        ];
        string[] manifests =
        [
            "HB", "HBR", "GE", "IJ", "IJA", "IJN", "J", "W", "L", "D", "EC", "A", "B", "C", "S", "I", "F",
            "SEL", "ID", "AID", "AR", "PP", "K", "SS", "SF", "AD", "", "System.Diagnostics.Process",
        ];
        var random = new Random(11);
        for (var round = 0; round < 150; round++)
        {
            var bytes = WireTests.RandomBytes(random, random.Next(0, 60));
            foreach (var serializer in serializers)
            {
                foreach (var manifest in manifests)
                {
                    try
                    {
                        serializer.FromBinary(bytes, manifest);
                    }
                    catch (Exception refused) when (refused is WireFormatException or ArgumentException or System.Runtime.Serialization.SerializationException)
                    {
                        // Clean: named, and nothing was taken for what it is not.
                    }
                }
            }
        }
    }

    [Fact]
    public void Messages_within_messages_without_end_are_refused_before_the_stack_is_used_up()
    {
        object message = "core";
        for (var depth = 0; depth < 50; depth++)
            message = new Identify(message);

        Assert.ThrowsAny<Exception>(() => Travel(message));
    }

    private object Travel(object message)
    {
        var serializer = Assert.IsType<SerializerWithStringManifest>(_system.Serialization.FindSerializerFor(message), exactMatch: false);
        return _system.Serialization.Deserialize(serializer.ToBinary(message), serializer.Identifier, serializer.Manifest(message));
    }
}
