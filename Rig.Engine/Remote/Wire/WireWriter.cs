using System.Buffers.Binary;
using System.Text;

namespace Rig.Engine.Remote.Wire;

/// <summary>Builds a byte array field by field: varints (LEB128, signed ones zig-zag), UTF-8 strings and byte blocks behind their length.</summary>
internal sealed class WireWriter
{
    private byte[] _buffer;
    private int _length;

    public WireWriter(int initialCapacityBytes = 128) => _buffer = new byte[initialCapacityBytes];

    public int Length => _length;

    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, _length);

    public byte[] ToArray() => WrittenSpan.ToArray();

    public void Clear() => _length = 0;

    public WireWriter Byte(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
        return this;
    }

    public WireWriter Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    public WireWriter UInt64(ulong value)
    {
        var target = Reserve(Varint.MaxBytes);
        _length += Varint.Write(target, value);
        return this;
    }

    public WireWriter Int64(long value) => UInt64(Varint.ZigZag(value));

    public WireWriter Int32(int value) => Int64(value);

    public WireWriter Double(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(Reserve(8), value);
        _length += 8;
        return this;
    }

    public WireWriter String(string value)
    {
        var size = Encoding.UTF8.GetByteCount(value);
        UInt64((ulong)size);
        Encoding.UTF8.GetBytes(value, Reserve(size));
        _length += size;
        return this;
    }

    public WireWriter OptionalString(string? value) => value is null ? Bool(false) : Bool(true).String(value);

    public WireWriter Bytes(ReadOnlySpan<byte> value)
    {
        UInt64((ulong)value.Length);
        value.CopyTo(Reserve(value.Length));
        _length += value.Length;
        return this;
    }

    private Span<byte> Reserve(int size)
    {
        if (_buffer.Length - _length < size)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + size));
        return _buffer.AsSpan(_length);
    }
}
