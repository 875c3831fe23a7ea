using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Rig.Engine.Remote.Wire;

/// <summary>What a frame carries. Numbers are on the wire: only ever add.</summary>
internal enum FrameKind : byte
{
    Hello = 1,
    Challenge = 2,
    Proof = 3,
    Welcome = 4,
    Reject = 5,
    Define = 6,
    Message = 7,
    SystemMessage = 8,
    Ack = 9,
    Ping = 10,
    Pong = 11,
    Goodbye = 12,
}

/// <summary>
/// A frame is the length of what follows (32 bits, little endian), one byte of kind, and the body.
/// The length is checked before the body is awaited, so a peer cannot make this side buffer more than the limit.
/// </summary>
internal static class Frame
{
    public const int HeaderBytes = 5;

    /// <summary>Takes one frame off the front of <paramref name="buffer"/>; false while it is incomplete.</summary>
    /// <exception cref="WireFormatException">The frame is empty, larger than the limit, or of no known kind.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, int maxFrameBytes, out FrameKind kind, out ReadOnlySequence<byte> body)
    {
        kind = default;
        body = default;
        if (buffer.Length < HeaderBytes)
            return false;
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (buffer.FirstSpan.Length >= HeaderBytes)
            buffer.FirstSpan[..HeaderBytes].CopyTo(header);
        else
            buffer.Slice(0, HeaderBytes).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (length == 0)
            throw new WireFormatException("An empty frame.");
        if (length > (uint)maxFrameBytes)
            throw new WireFormatException($"A frame of {length} bytes exceeds the limit of {maxFrameBytes} (akka.remote.dot-netty.tcp.maximum-frame-size).");
        kind = (FrameKind)header[4];
        if (kind is < FrameKind.Hello or > FrameKind.Goodbye)
            throw new WireFormatException($"A frame of unknown kind {header[4]}.");
        if (buffer.Length < 4 + length)
            return false;
        body = buffer.Slice(HeaderBytes, length - 1);
        buffer = buffer.Slice(4 + length);
        return true;
    }

    public static void Write(PipeWriter output, FrameKind kind, ReadOnlySpan<byte> body)
    {
        var target = output.GetSpan(HeaderBytes + body.Length);
        WriteHeader(target, kind, body.Length);
        body.CopyTo(target[HeaderBytes..]);
        output.Advance(HeaderBytes + body.Length);
    }

    public static void WriteHeader(Span<byte> target, FrameKind kind, int bodyBytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)(bodyBytes + 1));
        target[4] = (byte)kind;
    }
}
