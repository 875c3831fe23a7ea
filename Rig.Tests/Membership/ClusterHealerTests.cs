using Rig.Actors.Membership;
using Rig.Domain.Messages;
using static Rig.Tests.Membership.AcrossNodes;
using static Rig.Tests.Membership.LoopbackCluster;

namespace Rig.Tests.Membership;

public sealed class ClusterHealerTests : IAsyncLifetime
{
    private readonly LoopbackCluster _cluster = new("a", "b", "c");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_first_seed_that_founded_a_cluster_while_it_was_cut_off_ends_it_and_joins_the_others()
    {
        var (second, third) = (Start("b"), Start("c"));
        NodeCluster.Get(second).Join(_cluster.Nodes.AddressOf("b"));
        NodeCluster.Get(third).Join(_cluster.Nodes.AddressOf("b"));
        await UpAsync(2, second, third);
        _cluster.Nodes.Cut("a", "b", "c");
        var first = Start("a");
        await UpAsync(1, first);

        _cluster.Nodes.Heal();
        await first.WhenTerminated.WaitAsync(WaitLimit);
        Assert.False(second.WhenTerminated.IsCompleted);

        var again = Start("a");
        await UpAsync(3, again, second, third);
    }

    [Fact]
    public async Task A_seed_that_is_off_disturbs_nobody()
    {
        var (first, second) = (Start("a"), Start("b"));
        await UpAsync(2, first, second);

        Assert.False(await SeedPort.ConnectsAsync(_cluster.Nodes.AddressOf("c")));
        var probe = await FindAsync(first, second, $"user/{ClusterHealerActor.Name}");
        var view = await probe.Ask<MembershipProtocol.ClusterView>(new MembershipProtocol.GetClusterView(), WaitLimit);
        Assert.Equal([true, true], view.Members.Select(member => member.Votes));
        Assert.False(first.WhenTerminated.IsCompleted);
    }

    private ActorSystem Start(string name)
    {
        var system = _cluster.Start(name, """
            akka.actor {
              serializers.rig = "Rig.Actors.Wire.RigSerializer, Rig.Actors"
              serialization-bindings { "Rig.Domain.Messages.IRigMessage, Rig.Domain" = rig }
            }
            """);
        system.ActorOf(ClusterHealerActor.PropsOf("camera", SeedPort.ConnectsAsync), ClusterHealerActor.Name);
        return system;
    }
}
