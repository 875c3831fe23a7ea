using System.Buffers.Binary;
using System.Text;

namespace Rig.Tests.Detect.Learned;

/// <summary>Writes small ONNX files: protobuf's wire format and the few messages of onnx.proto that a test's network needs.</summary>
internal sealed class OnnxFile
{
    private const int Float = 1;
    private const int Int64 = 7;
    private readonly List<byte[]> nodes = [];
    private readonly List<byte[]> initializers = [];
    private readonly List<byte[]> inputs = [];
    private readonly List<byte[]> outputs = [];
    private readonly List<byte[]> metadata = [];

    public OnnxFile Input(string name, params long[] shape)
    {
        inputs.Add(Value(name, shape));
        return this;
    }

    public OnnxFile Output(string name, params long[] shape)
    {
        outputs.Add(Value(name, shape));
        return this;
    }

    public OnnxFile Constant(string name, long[] shape, float[] values)
    {
        var raw = new byte[values.Length * 4];
        for (var index = 0; index < values.Length; index++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(raw.AsSpan(index * 4), values[index]);
        }

        initializers.Add([.. shape.SelectMany(side => Number(1, side)), .. Number(2, Float), .. Text(8, name), .. Bytes(9, raw)]);
        return this;
    }

    public OnnxFile Shape(string name, params long[] values)
    {
        var raw = new byte[values.Length * 8];
        for (var index = 0; index < values.Length; index++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(raw.AsSpan(index * 8), values[index]);
        }

        initializers.Add([.. Number(1, values.Length), .. Number(2, Int64), .. Text(8, name), .. Bytes(9, raw)]);
        return this;
    }

    /// <param name="attributes">Lists of integers, or a single one.</param>
    public OnnxFile Node(string type, string[] from, string to, params (string Name, object Value)[] attributes)
    {
        nodes.Add([
            .. from.SelectMany(name => Text(1, name)), .. Text(2, to), .. Text(4, type),
            .. attributes.SelectMany(attribute => Bytes(5, attribute.Value is long single
                ? [.. Text(1, attribute.Name), .. Number(3, single), .. Number(20, 2)]
                : [.. Text(1, attribute.Name), .. ((long[])attribute.Value).SelectMany(value => Number(8, value)), .. Number(20, 7)])),
        ]);
        return this;
    }

    public OnnxFile Metadata(string key, string value)
    {
        metadata.Add([.. Text(1, key), .. Text(2, value)]);
        return this;
    }

    public byte[] ToBytes()
    {
        byte[] graph =
        [
            .. nodes.SelectMany(node => Bytes(1, node)), .. Text(2, "tiny"), .. initializers.SelectMany(value => Bytes(5, value)),
            .. inputs.SelectMany(input => Bytes(11, input)), .. outputs.SelectMany(output => Bytes(12, output)),
        ];
        return [.. Number(1, 8), .. Bytes(7, graph), .. Bytes(8, [.. Text(1, ""), .. Number(2, 13)]), .. metadata.SelectMany(entry => Bytes(14, entry))];
    }

    private static byte[] Value(string name, long[] shape) =>
        [.. Text(1, name), .. Bytes(2, Bytes(1, [.. Number(1, Float), .. Bytes(2, [.. shape.SelectMany(side => Bytes(1, side < 0 ? Text(2, "any") : Number(1, side)))])]))];

    private static byte[] Number(int field, long value) => [.. Varint((ulong)field << 3), .. Varint((ulong)value)];

    private static byte[] Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    private static byte[] Bytes(int field, byte[] value) => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)value.Length), .. value];

    private static IEnumerable<byte> Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }
}
