using System.Collections.Immutable;
using Rig.Engine.Actor;
using Rig.Engine.Cluster.Membership;
using Rig.Engine.Remote.Wire;

namespace Rig.Engine.Cluster.Serialization;

/// <summary>The gossip as bytes: the nodes once, everything else by their place in that list.</summary>
internal static class GossipCodec
{
    public static void Write(WireWriter writer, Gossip gossip)
    {
        var nodes = gossip.Members.Keys
            .Concat(gossip.Tombstones.Keys)
            .Concat(gossip.Seen)
            .Concat(gossip.Version.Counts.Keys)
            .Concat(gossip.Reachability.Rows.Keys)
            .Concat(gossip.Reachability.Rows.Values.SelectMany(row => row.Unreachable))
            .Distinct()
            .ToList();
        var places = nodes.Select((node, place) => (node, place)).ToDictionary(entry => entry.node, entry => entry.place);

        writer.Int32(nodes.Count);
        foreach (var node in nodes)
            Write(writer, node);
        writer.Int32(gossip.Members.Count);
        foreach (var member in gossip.Members.Values)
        {
            writer.Int32(places[member.UniqueAddress]).Int32(member.UpNumber).Int32((int)member.Status);
            WriteStrings(writer, member.Roles);
        }
        WritePlaces(gossip.Seen);
        writer.Int32(gossip.Reachability.Rows.Count);
        foreach (var (observer, row) in gossip.Reachability.Rows)
        {
            writer.Int32(places[observer]).Int64(row.Version);
            WritePlaces(row.Unreachable);
        }
        writer.Int32(gossip.Version.Counts.Count);
        foreach (var (node, count) in gossip.Version.Counts)
            writer.Int32(places[node]).Int64(count);
        writer.Int32(gossip.Tombstones.Count);
        foreach (var (node, at) in gossip.Tombstones)
            writer.Int32(places[node]).Int64(at.ToUnixTimeMilliseconds());

        void WritePlaces(ICollection<UniqueAddress> some)
        {
            writer.Int32(some.Count);
            foreach (var node in some)
                writer.Int32(places[node]);
        }
    }

    public static Gossip Read(ref WireReader reader)
    {
        var nodes = new List<UniqueAddress>();
        for (var left = Count(ref reader); left > 0; left--)
            nodes.Add(ReadNode(ref reader));

        var members = Gossip.NoMembers.ToBuilder();
        for (var left = Count(ref reader); left > 0; left--)
        {
            var node = Node(ref reader, nodes);
            var upNumber = reader.Int32();
            var status = (MemberStatus)reader.Int32();
            if (!Enum.IsDefined(status))
                throw new WireFormatException($"Member status {(int)status} is not known.");
            members[node] = new Member(node, upNumber, status, ReadStrings(ref reader));
        }
        var seen = Nodes(ref reader, nodes);
        var rows = ImmutableDictionary.CreateBuilder<UniqueAddress, Reachability.Row>();
        for (var left = Count(ref reader); left > 0; left--)
            rows[Node(ref reader, nodes)] = new Reachability.Row(reader.Int64(), Nodes(ref reader, nodes));
        var counts = ImmutableSortedDictionary.CreateBuilder<UniqueAddress, long>();
        for (var left = Count(ref reader); left > 0; left--)
            counts[Node(ref reader, nodes)] = reader.Int64();
        var tombstones = ImmutableDictionary.CreateBuilder<UniqueAddress, DateTimeOffset>();
        for (var left = Count(ref reader); left > 0; left--)
            tombstones[Node(ref reader, nodes)] = Instant(reader.Int64());
        return new Gossip(members.ToImmutable(), seen, new Reachability(rows.ToImmutable()), new VectorClock(counts.ToImmutable()), tombstones.ToImmutable());
    }

    public static void Write(WireWriter writer, UniqueAddress node) => writer.String(node.Address.ToString()).Int32(node.Uid);

    public static UniqueAddress ReadNode(ref WireReader reader) => new(ReadAddress(ref reader), reader.Int32());

    public static Address ReadAddress(ref WireReader reader)
    {
        var text = reader.String();
        return Address.TryParse(text, out Address? address) && address.HasGlobalScope ? address : throw new WireFormatException("A node without an address.");
    }

    public static void WriteStrings(WireWriter writer, ICollection<string> texts)
    {
        writer.Int32(texts.Count);
        foreach (var text in texts)
            writer.String(text);
    }

    public static ImmutableHashSet<string> ReadStrings(ref WireReader reader)
    {
        var texts = ImmutableHashSet.CreateBuilder<string>();
        for (var left = Count(ref reader); left > 0; left--)
            texts.Add(reader.String());
        return texts.ToImmutable();
    }

    public static void WriteNodes(WireWriter writer, ICollection<UniqueAddress> nodes)
    {
        writer.Int32(nodes.Count);
        foreach (var node in nodes)
            Write(writer, node);
    }

    public static ImmutableList<UniqueAddress> ReadNodes(ref WireReader reader)
    {
        var nodes = ImmutableList.CreateBuilder<UniqueAddress>();
        for (var left = Count(ref reader); left > 0; left--)
            nodes.Add(ReadNode(ref reader));
        return nodes.ToImmutable();
    }

    /// <summary>Every entry takes at least a byte, so a count beyond the bytes left is a lie, refused before anything is allocated.</summary>
    public static int Count(ref WireReader reader)
    {
        var count = reader.Int32();
        return count >= 0 && count <= reader.Remaining ? count : throw new WireFormatException($"A list of {count} entries in {reader.Remaining} bytes.");
    }

    private static UniqueAddress Node(ref WireReader reader, List<UniqueAddress> nodes)
    {
        var place = reader.Int32();
        return place >= 0 && place < nodes.Count ? nodes[place] : throw new WireFormatException($"Node {place} of {nodes.Count}.");
    }

    private static ImmutableHashSet<UniqueAddress> Nodes(ref WireReader reader, List<UniqueAddress> nodes)
    {
        var some = ImmutableHashSet.CreateBuilder<UniqueAddress>();
        for (var left = Count(ref reader); left > 0; left--)
            some.Add(Node(ref reader, nodes));
        return some.ToImmutable();
    }

    private static DateTimeOffset Instant(long unixMs) =>
        unixMs is >= 0 and < 253_402_300_800_000 ? DateTimeOffset.FromUnixTimeMilliseconds(unixMs) : throw new WireFormatException("An instant outside the calendar.");
}
