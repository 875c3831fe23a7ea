using Rig.Engine.Actor;
using Rig.Engine.Cluster.Serialization;
using Rig.Engine.Remote.Wire;
using Rig.Engine.Serialization;

namespace Rig.Engine.Cluster.Tools.Singleton;

/// <summary>What singleton managers say to each other. Manifests are on the wire: only ever add.</summary>
internal sealed class ClusterSingletonMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 14;

    public override string Manifest(object o) => o switch
    {
        HandOverToMe => "A",
        HandOverInProgress => "B",
        HandOverDone => "C",
        _ => throw new ArgumentException($"{o.GetType()} is no message of singleton managers.", nameof(o)),
    };

    public override byte[] ToBinary(object obj)
    {
        var writer = new WireWriter();
        GossipCodec.Write(writer, obj switch
        {
            HandOverToMe message => message.From,
            HandOverInProgress message => message.From,
            HandOverDone message => message.From,
            _ => throw new ArgumentException($"{obj.GetType()} is no message of singleton managers.", nameof(obj)),
        });
        return writer.ToArray();
    }

    public override object FromBinary(byte[] bytes, string manifest)
    {
        var reader = new WireReader(bytes);
        var from = GossipCodec.ReadNode(ref reader);
        reader.End();
        return manifest switch
        {
            "A" => new HandOverToMe(from),
            "B" => new HandOverInProgress(from),
            "C" => new HandOverDone(from),
            _ => throw new WireFormatException($"Singleton managers have no message '{manifest}'."),
        };
    }
}
