using System.Buffers.Binary;

namespace Rig.CameraNode.Storage.Mp4;

/// <summary>Writes ISO/IEC 14496-12 boxes into one growing buffer: big-endian, sizes filled in when a box is closed.</summary>
internal sealed class BoxWriter
{
    private byte[] buffer = new byte[64 << 10];

    internal int Length { get; private set; }

    internal ReadOnlySpan<byte> Written => buffer.AsSpan(0, Length);

    internal void Clear() => Length = 0;

    /// <summary>Opens a box that closes when the result is disposed.</summary>
    internal Box Begin(string type)
    {
        var at = Length;
        U32(0);
        System.Text.Encoding.ASCII.GetBytes(type, Reserve(4));
        return new Box(this, at);
    }

    internal Box BeginFull(string type, byte version, uint flags)
    {
        var box = Begin(type);
        U32(((uint)version << 24) | flags);
        return box;
    }

    internal void U8(byte value) => Reserve(1)[0] = value;

    internal void U16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Reserve(2), value);

    internal void U32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), value);

    internal void U64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Reserve(8), value);

    internal void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    internal void Ascii(string text) => System.Text.Encoding.ASCII.GetBytes(text, Reserve(text.Length));

    internal void Zeros(int count) => Reserve(count).Clear();

    internal void PatchU32(int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(buffer.AsSpan(at), value);

    private Span<byte> Reserve(int count)
    {
        if (Length + count > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, Length + count));
        }

        var span = buffer.AsSpan(Length, count);
        Length += count;
        return span;
    }

    internal readonly ref struct Box(BoxWriter writer, int at)
    {
        public void Dispose() => writer.PatchU32(at, (uint)(writer.Length - at));
    }
}
