using System.Buffers.Binary;
using System.Text;
using Rig.Engine.Actor;
using Rig.Engine.Remote.Wire;
using Rig.Engine.Serialization;

namespace Rig.Engine.Remote.Serialization;

/// <summary>Text, numbers, yes/no and byte blocks. Manifests are on the wire: only ever add.</summary>
internal sealed class PrimitiveSerializers(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 17;

    public override string Manifest(object o) => o switch
    {
        string => "S",
        int => "I",
        long => "L",
        bool => "F",
        byte[] => "B",
        Done => "D",
        _ => throw new ArgumentException($"{o.GetType()} is no primitive.", nameof(o)),
    };

    public override byte[] ToBinary(object obj)
    {
        switch (obj)
        {
            case string text:
                return Encoding.UTF8.GetBytes(text);
            case int number:
                var four = new byte[4];
                BinaryPrimitives.WriteInt32LittleEndian(four, number);
                return four;
            case long number:
                var eight = new byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(eight, number);
                return eight;
            case bool flag:
                return [flag ? (byte)1 : (byte)0];
            case byte[] bytes:
                return bytes;
            case Done:
                return [];
            default:
                throw new ArgumentException($"{obj.GetType()} is no primitive.", nameof(obj));
        }
    }

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        "S" => Encoding.UTF8.GetString(bytes),
        "I" when bytes.Length == 4 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        "L" when bytes.Length == 8 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        "F" when bytes.Length == 1 => bytes[0] != 0,
        "B" => bytes,
        "D" when bytes.Length == 0 => Done.Instance,
        _ => throw new WireFormatException($"{bytes.Length} bytes are no primitive '{manifest}'."),
    };
}
