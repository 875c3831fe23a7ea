using Rig.Engine.Actor;
using Rig.Engine.Remote.Wire;
using Rig.Engine.Serialization;
using static Rig.Engine.Cluster.ClusterMessages;

namespace Rig.Engine.Cluster.Serialization;

/// <summary>The daemons' messages. Manifests are on the wire: only ever add.</summary>
internal sealed class ClusterMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 5;

    public override string Manifest(object o) => o switch
    {
        Heartbeat => "HB",
        HeartbeatResponse => "HBR",
        GossipEnvelope => "GE",
        InitJoin => "IJ",
        InitJoinAck => "IJA",
        InitJoinNack => "IJN",
        Join => "J",
        Welcome => "W",
        Leave => "L",
        Down => "D",
        ExitingConfirmed => "EC",
        OtherCluster => "OC",
        Unknown => "UK",
        _ => throw new ArgumentException($"{o.GetType()} is no message of the cluster.", nameof(o)),
    };

    public override byte[] ToBinary(object obj)
    {
        var writer = new WireWriter();
        switch (obj)
        {
            case Heartbeat heartbeat:
                writer.Int64(heartbeat.Sequence);
                break;
            case HeartbeatResponse response:
                GossipCodec.Write(writer, response.From);
                writer.Int64(response.Sequence);
                break;
            case GossipEnvelope envelope:
                GossipCodec.Write(writer, envelope.From);
                GossipCodec.Write(writer, envelope.To);
                GossipCodec.Write(writer, envelope.Gossip);
                break;
            case InitJoin:
                break;
            case InitJoinAck ack:
                writer.String(ack.Address.ToString());
                break;
            case InitJoinNack nack:
                writer.String(nack.Address.ToString());
                break;
            case Join join:
                GossipCodec.Write(writer, join.Node);
                GossipCodec.WriteStrings(writer, join.Roles);
                break;
            case Welcome welcome:
                GossipCodec.Write(writer, welcome.From);
                GossipCodec.Write(writer, welcome.Gossip);
                break;
            case Leave leave:
                writer.String(leave.Address.ToString());
                break;
            case Down down:
                writer.String(down.Address.ToString());
                break;
            case ExitingConfirmed confirmed:
                GossipCodec.Write(writer, confirmed.Node);
                break;
            case OtherCluster other:
                GossipCodec.Write(writer, other.From);
                GossipCodec.WriteNodes(writer, other.Members);
                writer.Bool(other.WantsAnswer);
                break;
            case Unknown unknown:
                GossipCodec.Write(writer, unknown.From);
                GossipCodec.Write(writer, unknown.To);
                break;
            default:
                throw new ArgumentException($"{obj.GetType()} is no message of the cluster.", nameof(obj));
        }
        return writer.ToArray();
    }

    public override object FromBinary(byte[] bytes, string manifest)
    {
        var reader = new WireReader(bytes);
        object message = manifest switch
        {
            "HB" => new Heartbeat(reader.Int64()),
            "HBR" => new HeartbeatResponse(GossipCodec.ReadNode(ref reader), reader.Int64()),
            "GE" => new GossipEnvelope(GossipCodec.ReadNode(ref reader), GossipCodec.ReadNode(ref reader), GossipCodec.Read(ref reader)),
            "IJ" => new InitJoin(),
            "IJA" => new InitJoinAck(GossipCodec.ReadAddress(ref reader)),
            "IJN" => new InitJoinNack(GossipCodec.ReadAddress(ref reader)),
            "J" => new Join(GossipCodec.ReadNode(ref reader), GossipCodec.ReadStrings(ref reader)),
            "W" => new Welcome(GossipCodec.ReadNode(ref reader), GossipCodec.Read(ref reader)),
            "L" => new Leave(GossipCodec.ReadAddress(ref reader)),
            "D" => new Down(GossipCodec.ReadAddress(ref reader)),
            "EC" => new ExitingConfirmed(GossipCodec.ReadNode(ref reader)),
            "OC" => new OtherCluster(GossipCodec.ReadNode(ref reader), GossipCodec.ReadNodes(ref reader), reader.Bool()),
            "UK" => new Unknown(GossipCodec.ReadNode(ref reader), GossipCodec.ReadNode(ref reader)),
            _ => throw new WireFormatException($"The cluster has no message '{manifest}'."),
        };
        reader.End();
        return message;
    }
}
