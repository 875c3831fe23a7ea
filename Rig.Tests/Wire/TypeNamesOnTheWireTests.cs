using System.Collections.Concurrent;
using Rig.Actors.Hosting;
using Rig.Domain.Messages;
using Rig.Tests.Membership;
using Rig.Tests.Support;

namespace Rig.Tests.Wire;

/// <summary>A stranger with Akka.NET's own serializers speaks to a node that has the product's configuration, over TCP.</summary>
public sealed class TypeNamesOnTheWireTests : IAsyncLifetime
{
    private static int gadgets;

    private readonly LoopbackNodes nodes = new();
    private readonly ConcurrentQueue<object> heard = new();
    private ActorSystem node = null!;
    private ActorSystem stranger = null!;

    public Task InitializeAsync()
    {
        node = nodes.Start("a", RigConfig.Load("camera-node.conf", "rig", []));
        node.ActorOf(Props.Create(() => new Listening(heard)), "ear");
        stranger = nodes.Start("b", """
            akka.actor {
              serializers.rig = "Rig.Actors.Wire.RigSerializer, Rig.Actors"
              serialization-bindings { "Rig.Domain.Messages.IRigMessage, Rig.Domain" = rig }
            }
            """);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await nodes.DisposeAsync();

    [Fact]
    public async Task A_payload_of_Newtonsofts_with_a_type_name_creates_nothing()
    {
        var ear = Ear();
        var made = gadgets;
        ear.Tell(new Gadget());
        ear.Tell(new Status.Failure(new GadgetException()));
        ear.Tell(new byte[] { 1, 2, 3 });
        await SayAsync(ear, "after");

        Assert.Equal(made + 1, gadgets);
        Assert.DoesNotContain(heard, message => message is Gadget or Status.Failure or byte[]);
    }

    [Fact]
    public async Task An_actor_that_a_stranger_deploys_is_not_made()
    {
        var ear = Ear();
        var made = gadgets;
        var deployed = stranger.ActorOf(
            Props.Create(() => new GadgetActor()).WithDeploy(Deploy.None.WithScope(new RemoteScope(nodes.AddressOf("a")))), "deployed");
        deployed.Tell(new SessionProtocol.StopSession("x"));
        await SayAsync(ear, "after");

        Assert.Equal(made, gadgets);
    }

    [Fact]
    public void What_has_no_name_on_the_wire_is_refused_by_its_type_when_it_is_to_be_sent()
    {
        var error = Assert.Throws<NotSupportedException>(() => node.Serialization.FindSerializerFor(new Gadget()).ToBinary(new Gadget()));
        Assert.Contains(typeof(Gadget).ToString(), error.Message, StringComparison.Ordinal);
    }

    /// <summary>By its path: a stranger's question for it is refused.</summary>
    private IActorRef Ear() =>
        ((ExtendedActorSystem)stranger).Provider.ResolveActorRef((new RootActorPath(nodes.AddressOf("a")) / "user" / "ear").ToString());

    /// <summary>What is sent one after the other to one actor arrives in that order.</summary>
    private async Task SayAsync(IActorRef ear, string what)
    {
        ear.Tell(new SessionProtocol.StopSession(what));
        await Eventually.HoldsAsync(() => heard.Contains(new SessionProtocol.StopSession(what)));
    }

    public sealed class Gadget
    {
        public Gadget() => Interlocked.Increment(ref gadgets);
    }

    public sealed class GadgetException : Exception;

    private sealed class GadgetActor : ReceiveActor
    {
        public GadgetActor() => Interlocked.Increment(ref gadgets);
    }

    private sealed class Listening : ReceiveActor
    {
        public Listening(ConcurrentQueue<object> heard) => ReceiveAny(heard.Enqueue);
    }
}
