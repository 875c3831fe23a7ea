using FsCheck;
using FsCheck.Fluent;
using Rig.Engine.Cluster.Membership;
using static Rig.Tests.Engine.Embedded.Cluster.Nodes;

namespace Rig.Tests.Engine.Embedded.Cluster;

/// <summary>Whole clusters of pure states, with gossip that is lost, late and reordered.</summary>
public sealed class MembershipPropertyTests
{
    private static readonly FsCheck.Config Quick = FsCheck.Config.QuickThrowOnFailure.WithMaxTest(200);

    [Fact]
    public void However_gossip_travels_all_nodes_come_up_and_agree_on_members_ages_and_leader() =>
        Prop.ForAll(GossipPropertyTests.Seeds(), seed =>
        {
            var world = new World(seed, nodes: 4);
            world.FormCluster();
            var leaders = world.States.Select(state => state.Gossip.LeaderSeenBy(state.Self)).Distinct().ToList();
            var ages = world.States.Select(state => string.Join(",", state.Gossip.Members.Values.Order(Member.AgeOrder).Select(member => member.Address.Host))).Distinct().ToList();
            return world.States.All(state => state.Gossip.Members.Count == 4 && state.Gossip.Members.Values.All(member => member.Status == MemberStatus.Up))
                && leaders.Count == 1 && ages.Count == 1;
        }).Check(Quick);

    [Fact]
    public void A_member_that_leaves_is_removed_everywhere() =>
        Prop.ForAll(GossipPropertyTests.Seeds(), seed =>
        {
            var world = new World(seed, nodes: 3);
            world.FormCluster();
            var leaver = world.Random.Next(3);
            world.Act(leaver, state => state.Leave(state.Self.Address));
            world.Run(() => world.States.All(state => state.Gossip.Find(Node(leaver))?.Status is MemberStatus.Exiting));
            for (var other = 0; other < 3; other++)
            {
                if (other != leaver)
                    world.Act(other, state => state.Confirm(Node(leaver)));
            }
            world.Silence(leaver);
            world.Run(() => world.Alive.All(state => state.Gossip.Find(Node(leaver)) is null));
            return world.Alive.All(state => state.Gossip.Members.Count == 2);
        }).Check(Quick);

    [Fact]
    public void While_a_silent_member_is_not_downed_nobody_moves_on_and_afterwards_everybody_does() =>
        Prop.ForAll(GossipPropertyTests.Seeds(), seed =>
        {
            var world = new World(seed, nodes: 3);
            world.FormCluster();
            var dead = world.Random.Next(3);
            var observer = (dead + 1) % 3;
            world.Silence(dead);
            world.Act(observer, state => state.Observe(new Dictionary<UniqueAddress, bool> { [Node(dead)] = false }));
            world.Run(() => world.Alive.All(state => !state.Gossip.Reachability.IsReachable(Node(dead))));
            var newcomer = Node(9);
            world.Act(observer, state => state.Admit(newcomer, [], DateTimeOffset.UnixEpoch).Next);
            world.RunRounds(40);
            var blocked = world.Alive.All(state => state.Gossip.Find(newcomer)?.Status is null or MemberStatus.Joining && state.Gossip.Find(Node(dead)) is not null);

            world.Act(observer, state => state.Down(Node(dead).Address));
            world.Run(() => world.Alive.All(state => state.Gossip.Find(Node(dead)) is null && state.Gossip.Find(newcomer) is not null));
            return blocked;
        }).Check(Quick);

    [Fact]
    public void A_restarted_node_replaces_its_former_incarnation_at_once()
    {
        var world = new World(1, nodes: 3);
        world.FormCluster();
        var reborn = Node(2, uid: 77);

        world.Act(0, state => state.Admit(reborn, ["camera"], DateTimeOffset.UnixEpoch).Next);

        Assert.Null(world.States[0].Gossip.Find(Node(2)));
        Assert.NotNull(world.States[0].Gossip.Find(reborn));
        Assert.False(world.States[0].Admit(Node(2), [], DateTimeOffset.UnixEpoch).Welcome);
    }

    [Fact]
    public void Leader_is_the_lowest_reachable_address_and_a_downed_observer_is_not_believed()
    {
        var gossip = GossipOf(Up(1, 3), Up(2, 1), Up(3, 2));

        Assert.Equal(Node(1), gossip.LeaderSeenBy(Node(3)));
        Assert.Equal(Node(2), gossip.Cut(3, 1).LeaderSeenBy(Node(3)));
        var withDownedObserver = gossip.Cut(3, 1).Put(Up(3, 2).With(MemberStatus.Down));
        Assert.Equal(Node(1), withDownedObserver.LeaderSeenBy(Node(2)));
    }

    [Fact]
    public void Members_wait_for_company_when_a_minimum_is_set()
    {
        var alone = MembershipState.Outside(Node(0)).Found([]);

        Assert.Equal(MemberStatus.Joining, alone.Lead(minMembers: 2, DateTimeOffset.UnixEpoch).SelfMember!.Status);
        var joined = alone.Admit(Node(1), [], DateTimeOffset.UnixEpoch).Next;
        var two = (joined with { Gossip = joined.Gossip.SeenBy(Node(1)) }).Lead(minMembers: 2, DateTimeOffset.UnixEpoch);
        Assert.All(two.Gossip.Members.Values, member => Assert.Equal(MemberStatus.Up, member.Status));
    }

    [Fact]
    public void Subscribers_are_told_each_step_of_a_member_once()
    {
        var before = GossipOf(Up(1, 1));
        var joining = new Member(Node(2), Member.NeverUp, MemberStatus.Joining, []);
        var steps = new[]
        {
            before.Put(joining),
            before.Put(joining.WithUp(2)),
            before.Put(joining.WithUp(2)).Cut(1, 2),
            before.Put(joining.WithUp(2).With(MemberStatus.Down)).Cut(1, 2),
            before.Put(joining.WithUp(2).With(MemberStatus.Down)).Remove(Node(2), DateTimeOffset.UnixEpoch),
        };

        var told = new List<string>();
        foreach (var step in steps)
        {
            told.AddRange(MembershipEvents.Between(before, step, Node(1)).Where(change => change is not ClusterEvent.ReachabilityChanged).Select(change => change.GetType().Name));
            before = step;
        }

        Assert.Equal(["MemberJoined", "MemberUp", "UnreachableMember", "MemberDowned", "MemberRemoved"], told.Where(name => name != "LeaderChanged"));
    }

    /// <summary>Nodes that exchange gossip at random, over links that lose some and keep some for later.</summary>
    private sealed class World
    {
        private readonly List<(int To, Gossip Gossip)> _underway = [];
        private readonly HashSet<int> _silent = [];

        public World(int seed, int nodes)
        {
            Random = new Random(seed);
            States = [.. Enumerable.Range(0, nodes).Select(number => MembershipState.Outside(Node(number)))];
        }

        public Random Random { get; }

        public List<MembershipState> States { get; }

        public IEnumerable<MembershipState> Alive => States.Where((_, number) => !_silent.Contains(number));

        public void FormCluster()
        {
            Act(0, state => state.Found(["camera"]));
            for (var number = 1; number < States.Count; number++)
            {
                var joiner = number;
                Act(0, state => state.Admit(Node(joiner), ["camera"], DateTimeOffset.UnixEpoch).Next);
                States[number] = States[number].Enter(States[0].Gossip);
            }
            Run(() => States.All(state => state.IsConverged && state.Gossip.Members.Values.All(member => member.Status == MemberStatus.Up)));
        }

        public void Act(int number, Func<MembershipState, MembershipState> act) => States[number] = act(States[number]).Lead(1, DateTimeOffset.UnixEpoch);

        public void Silence(int number) => _silent.Add(number);

        public void Run(Func<bool> until)
        {
            for (var round = 0; round < 2_000; round++)
            {
                if (until())
                    return;
                Step();
            }
            Assert.Fail("The nodes do not come to agree.");
        }

        public void RunRounds(int rounds)
        {
            for (var round = 0; round < rounds; round++)
                Step();
        }

        private void Step()
        {
            var from = Random.Next(States.Count);
            var to = Random.Next(States.Count);
            if (from != to && !_silent.Contains(from) && States[from].IsMember && Random.Next(4) > 0)
                _underway.Add((to, States[from].Gossip));
            if (_underway.Count == 0 || Random.Next(3) == 0)
                return;
            var pick = Random.Next(_underway.Count);
            var (receiver, gossip) = _underway[pick];
            _underway.RemoveAt(pick);
            if (_silent.Contains(receiver) || !States[receiver].IsMember || gossip.Find(States[receiver].Self) is null)
                return;
            var before = States[receiver];
            Act(receiver, state => state.Receive(gossip).Next);
            foreach (var member in before.Gossip.Members.Values)
            {
                if (States[receiver].Gossip.Find(member.UniqueAddress) is { } after)
                    Assert.True(StatusOrder.Rank(after.Status) >= StatusOrder.Rank(member.Status), $"{member} went back to {after}");
            }
        }
    }
}
