using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Rig.Engine.Cluster.Membership;
using Rig.Engine.Cluster.Serialization;
using Rig.Engine.Remote.Wire;
using Rig.Tests.Engine.Embedded.Remote;
using static Rig.Tests.Engine.Embedded.Cluster.Nodes;

namespace Rig.Tests.Engine.Embedded.Cluster;

public sealed class GossipPropertyTests
{
    private static readonly FsCheck.Config Quick = FsCheck.Config.QuickThrowOnFailure.WithMaxTest(300);

    [Fact]
    public void Merging_is_commutative_associative_and_idempotent() =>
        Prop.ForAll(Seeds(), seed =>
        {
            var random = new Random(seed);
            var (a, b, c) = (RandomGossip(random), RandomGossip(random), RandomGossip(random));
            return Same(a.Merge(b), b.Merge(a))
                && Same(a.Merge(b).Merge(c), a.Merge(b.Merge(c)))
                && Same(a.Merge(a), a.Merge(Gossip.Empty));
        }).Check(Quick);

    [Fact]
    public void A_merged_clock_is_behind_neither_of_its_sources() =>
        Prop.ForAll(Seeds(), seed =>
        {
            var random = new Random(seed);
            var (a, b) = (RandomClock(random), RandomClock(random));
            var merged = a.Merge(b);
            return merged.CompareTo(a) is ClockOrder.After or ClockOrder.Same
                && merged.CompareTo(b) is ClockOrder.After or ClockOrder.Same
                && a.CompareTo(b) == Mirror(b.CompareTo(a));
        }).Check(Quick);

    [Fact]
    public void A_removed_member_never_comes_back_by_old_gossip() =>
        Prop.ForAll(Seeds(), seed =>
        {
            var random = new Random(seed);
            var old = RandomGossip(random);
            if (old.Members.IsEmpty)
                return true;
            var gone = old.Members.Keys.First();
            var merged = old.Remove(gone, DateTimeOffset.UnixEpoch).Merge(old).Merge(RandomGossip(random));
            return merged.Find(gone) is null && merged.Reachability.IsReachable(gone) && !merged.Version.Counts.ContainsKey(gone);
        }).Check(Quick);

    [Fact]
    public void Gossip_survives_the_wire() =>
        Prop.ForAll(Seeds(), seed =>
        {
            var gossip = RandomGossip(new Random(seed));
            var writer = new WireWriter();
            GossipCodec.Write(writer, gossip);
            var reader = new WireReader(writer.WrittenSpan);
            var read = GossipCodec.Read(ref reader);
            reader.End();
            return Same(gossip, read) && read.Seen.SetEquals(gossip.Seen)
                && read.Members.Values.All(member => member.Roles.SetEquals(gossip.Members[member.UniqueAddress].Roles));
        }).Check(Quick);

    [Fact]
    public void Damaged_gossip_is_a_clean_error_or_other_gossip()
    {
        var random = new Random(3);
        for (var round = 0; round < 5_000; round++)
        {
            var writer = new WireWriter();
            GossipCodec.Write(writer, RandomGossip(random));
            var bytes = writer.ToArray();
            for (var flips = random.Next(1, 5); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var part = bytes[..random.Next(bytes.Length + 1)];
            WireTests.CleanOrRefused(() =>
            {
                var reader = new WireReader(part);
                GossipCodec.Read(ref reader);
            });
        }
    }

    internal static Arbitrary<int> Seeds() => Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    private static Gossip RandomGossip(Random random)
    {
        var gossip = Gossip.Empty;
        for (var number = 0; number < 5; number++)
        {
            if (random.Next(3) > 0)
            {
                var status = (MemberStatus)random.Next(0, 5);
                gossip = gossip.Put(new Member(Node(number), status == MemberStatus.Joining ? Member.NeverUp : number + 1, status, ["camera", $"role{number}"]));
            }
        }
        foreach (var observer in gossip.Members.Keys)
        {
            if (random.Next(2) == 0)
            {
                // A row belongs to its observer: one version of it has one content, whoever passes it on.
                var version = random.Next(1, 4);
                gossip = gossip with
                {
                    Reachability = new Reachability(gossip.Reachability.Rows.SetItem(observer, new Reachability.Row(version, [Node((observer.GetHashCode() + version) % 5)]))),
                };
            }
            if (random.Next(2) == 0)
                gossip = gossip.SeenBy(observer);
        }
        gossip = gossip with { Version = RandomClock(random) };
        if (random.Next(3) == 0)
            gossip = gossip.Remove(Node(random.Next(5)), DateTimeOffset.UnixEpoch.AddSeconds(random.Next(100)));
        return gossip;
    }

    private static VectorClock RandomClock(Random random)
    {
        var clock = VectorClock.Empty;
        for (var steps = random.Next(0, 6); steps > 0; steps--)
            clock = clock.Increment(Node(random.Next(5)));
        return clock;
    }

    private static bool Same(Gossip left, Gossip right) =>
        left.Version.CompareTo(right.Version) == ClockOrder.Same
        && left.Members.Keys.SequenceEqual(right.Members.Keys)
        && left.Members.Values.All(member => right.Find(member.UniqueAddress) is { } other && other.Status == member.Status && other.UpNumber == member.UpNumber)
        && left.Tombstones.Count == right.Tombstones.Count
        && left.Tombstones.All(entry => right.Tombstones.GetValueOrDefault(entry.Key) == entry.Value)
        && left.Reachability.Rows.Count == right.Reachability.Rows.Count
        && left.Reachability.Rows.All(row => right.Reachability.Rows.TryGetValue(row.Key, out var other) && other.Version == row.Value.Version && other.Unreachable.SetEquals(row.Value.Unreachable));

    private static ClockOrder Mirror(ClockOrder order) => order switch
    {
        ClockOrder.Before => ClockOrder.After,
        ClockOrder.After => ClockOrder.Before,
        _ => order,
    };
}
