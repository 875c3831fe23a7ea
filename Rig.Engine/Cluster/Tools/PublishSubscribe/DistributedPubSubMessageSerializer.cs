using System.Collections.Immutable;
using Rig.Engine.Actor;
using Rig.Engine.Cluster.Serialization;
using Rig.Engine.Remote.Serialization;
using Rig.Engine.Remote.Wire;
using Rig.Engine.Serialization;

namespace Rig.Engine.Cluster.Tools.PublishSubscribe;

/// <summary>What mediators say to each other. Manifests are on the wire: only ever add.</summary>
internal sealed class DistributedPubSubMessageSerializer : SerializerWithStringManifest
{
    public DistributedPubSubMessageSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    public override int Identifier => 9;

    public override string Manifest(object o) => o switch
    {
        TopicStatus => "A",
        TopicDeltas => "B",
        Deliver => "C",
        _ => throw new ArgumentException($"{o.GetType()} is no message of mediators.", nameof(o)),
    };

    public override byte[] ToBinary(object obj)
    {
        var writer = new WireWriter();
        switch (obj)
        {
            case TopicStatus status:
                writer.Bool(status.WantsAnswer).Int32(status.Versions.Count);
                foreach (var (node, version) in status.Versions)
                {
                    GossipCodec.Write(writer, node);
                    writer.Int64(version);
                }
                break;
            case TopicDeltas deltas:
                writer.Int32(deltas.Deltas.Count);
                foreach (var delta in deltas.Deltas)
                {
                    GossipCodec.Write(writer, delta.Owner);
                    writer.Int64(delta.From).Int64(delta.To).Int32(delta.Entries.Count);
                    foreach (var (key, entry) in delta.Entries)
                        writer.String(key.Topic).OptionalString(key.Group).Int64(entry.Version).Bool(entry.Present);
                }
                break;
            case Deliver deliver:
                writer.String(deliver.Topic).OptionalString(deliver.Group).Bool(deliver.One).Nested(system, deliver.Message);
                break;
            default:
                throw new ArgumentException($"{obj.GetType()} is no message of mediators.", nameof(obj));
        }
        return writer.ToArray();
    }

    public override object FromBinary(byte[] bytes, string manifest)
    {
        var reader = new WireReader(bytes);
        object message = manifest switch
        {
            "A" => ReadStatus(ref reader),
            "B" => ReadDeltas(ref reader),
            "C" => ReadDeliver(ref reader),
            _ => throw new WireFormatException($"Mediators have no message '{manifest}'."),
        };
        reader.End();
        return message;
    }

    private static TopicStatus ReadStatus(ref WireReader reader)
    {
        var wantsAnswer = reader.Bool();
        var versions = ImmutableDictionary.CreateBuilder<UniqueAddress, long>();
        for (var left = GossipCodec.Count(ref reader); left > 0; left--)
            versions[GossipCodec.ReadNode(ref reader)] = reader.Int64();
        return new TopicStatus(versions.ToImmutable(), wantsAnswer);
    }

    private static TopicDeltas ReadDeltas(ref WireReader reader)
    {
        var deltas = new List<TopicDelta>();
        for (var left = GossipCodec.Count(ref reader); left > 0; left--)
        {
            var owner = GossipCodec.ReadNode(ref reader);
            var from = reader.Int64();
            var to = reader.Int64();
            var entries = ImmutableDictionary.CreateBuilder<TopicKey, TopicEntry>();
            for (var more = GossipCodec.Count(ref reader); more > 0; more--)
                entries[new TopicKey(reader.String(), reader.OptionalString())] = new TopicEntry(reader.Int64(), reader.Bool());
            deltas.Add(new TopicDelta(owner, from, to, entries.ToImmutable()));
        }
        return new TopicDeltas(deltas);
    }

    private Deliver ReadDeliver(ref WireReader reader)
    {
        var topic = reader.String();
        var group = reader.OptionalString();
        var one = reader.Bool();
        return new Deliver(topic, group, reader.Nested(system) ?? throw new WireFormatException("Nothing was published."), one);
    }
}
