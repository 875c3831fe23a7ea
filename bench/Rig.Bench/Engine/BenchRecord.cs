using System.Buffers.Binary;
using System.Runtime.Serialization;

namespace Rig.Bench.Engine;

/// <summary>A small message as the project's own are: a few fields, under a short name.</summary>
internal sealed record BenchRecord(long Number, int Camera, double OffsetMs);

internal sealed class BenchSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const int SizeBytes = 20;

    public override int Identifier => 1702;

    public override string Manifest(object o) => "b";

    public override byte[] ToBinary(object obj)
    {
        var record = (BenchRecord)obj;
        var bytes = new byte[SizeBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, record.Number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), record.Camera);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(12), record.OffsetMs);
        return bytes;
    }

    public override object FromBinary(byte[] bytes, string manifest) => manifest == "b" && bytes.Length == SizeBytes
        ? new BenchRecord(
            BinaryPrimitives.ReadInt64LittleEndian(bytes),
            BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)),
            BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(12)))
        : throw new SerializationException($"'{manifest}' with {bytes.Length} bytes is no record of the bench.");
}
