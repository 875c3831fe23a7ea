using System.Buffers.Binary;
using System.Text;

namespace Rig.Engine.Remote.Wire;

/// <summary>Reads what <see cref="WireWriter"/> wrote. Lengths are checked against what is left before anything is allocated.</summary>
internal ref struct WireReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest;

    public WireReader(ReadOnlySpan<byte> bytes) => _rest = bytes;

    public readonly int Remaining => _rest.Length;

    public byte Byte()
    {
        if (_rest.IsEmpty)
            throw new WireFormatException("The message ends in the middle of a field.");
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public bool Bool() => Byte() switch
    {
        0 => false,
        1 => true,
        var other => throw new WireFormatException($"A yes/no field holds {other}."),
    };

    public ulong UInt64()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = Byte();
            if (shift == 63 && next > 1)
                break;
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
        throw new WireFormatException("A number is longer than 64 bits.");
    }

    public long Int64() => Varint.UnZigZag(UInt64());

    public int Int32()
    {
        var value = Int64();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new WireFormatException("A number is longer than 32 bits.");
    }

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public ReadOnlySpan<byte> Bytes() => Take(Length());

    public ReadOnlySpan<byte> Rest() => Take(_rest.Length);

    public string String()
    {
        try
        {
            return StrictUtf8.GetString(Bytes());
        }
        catch (ArgumentException)
        {
            throw new WireFormatException("A text field is not UTF-8.");
        }
    }

    public string? OptionalString() => Bool() ? String() : null;

    /// <summary>The number of entries of a list; each needs at least one byte, so a huge count is refused before a list is allocated.</summary>
    public int Count() => Length();

    /// <summary>Asserts that the message was read to its end.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty)
            throw new WireFormatException($"{_rest.Length} bytes follow the end of the message.");
    }

    private int Length()
    {
        var length = UInt64();
        return length <= (ulong)_rest.Length ? (int)length : throw new WireFormatException($"A length of {length} exceeds the {_rest.Length} bytes left.");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw new WireFormatException("The message ends in the middle of a field.");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
