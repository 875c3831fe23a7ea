using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rig.CameraNode.Encoding;

namespace Rig.CameraNode.Capture;

/// <summary>
/// Messages on a byte stream: a 32-bit little-endian length of what follows, one byte <see cref="CaptureMessageType"/>, the body.
/// Control bodies are JSON, a preview's is JPEG, a frame's is a fixed header and the access unit. docs/ref/capture-protocol.md.
/// </summary>
internal static class CaptureWire
{
    internal const int Version = 1;
    internal const int MaxControlBytes = 64 << 10;
    internal const int MaxPreviewBytes = 1 << 20;
    internal const int MaxFrameBytes = AccessUnitSplitter.MaxAccessUnitBytes + FrameHeaderBytes;
    internal const int FrameHeaderBytes = 25;

    internal static int MaxBytes(CaptureMessageType type) => type switch
    {
        CaptureMessageType.Frame => MaxFrameBytes,
        CaptureMessageType.Preview => MaxPreviewBytes,
        _ => MaxControlBytes,
    };

    /// <summary>Reads one message into <paramref name="buffer"/>, which grows as needed and is reused.</summary>
    /// <returns>Null at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">Not a message, or one over its limit; the stream is of no use any more.</exception>
    internal static CaptureMessage? Read(Stream stream, ref byte[] buffer)
    {
        Span<byte> head = stackalloc byte[5];
        var got = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (got == 0)
        {
            return null;
        }

        if (got < head.Length)
        {
            throw new InvalidDataException("The capture stream ends inside a message.");
        }

        var type = (CaptureMessageType)head[4];
        var length = BinaryPrimitives.ReadUInt32LittleEndian(head) - 1L;
        if (!Enum.IsDefined(type) || length < 0 || length > MaxBytes(type))
        {
            throw new InvalidDataException($"Not a capture message: type {head[4]} with {length} bytes.");
        }

        if (buffer.Length < length)
        {
            buffer = new byte[length];
        }

        if (stream.ReadAtLeast(buffer.AsSpan(0, (int)length), (int)length, throwOnEndOfStream: false) < length)
        {
            throw new InvalidDataException("The capture stream ends inside a message.");
        }

        return new CaptureMessage(type, buffer.AsMemory(0, (int)length));
    }

    internal static void Write<T>(Stream stream, CaptureMessageType type, T message, JsonTypeInfo<T> json) =>
        Write(stream, type, JsonSerializer.SerializeToUtf8Bytes(message, json));

    internal static void Write(Stream stream, CaptureMessageType type, ReadOnlySpan<byte> body)
    {
        Span<byte> head = stackalloc byte[5];
        WriteHead(head, type, body.Length);
        stream.Write(head);
        stream.Write(body);
        stream.Flush();
    }

    internal static void WriteFrame(Stream stream, in EncodedFrame frame)
    {
        Span<byte> head = stackalloc byte[5 + FrameHeaderBytes];
        WriteHead(head, CaptureMessageType.Frame, FrameHeaderBytes + frame.Data.Length);
        BinaryPrimitives.WriteInt64LittleEndian(head[5..], frame.Number);
        BinaryPrimitives.WriteInt64LittleEndian(head[13..], frame.MonotonicNs);
        BinaryPrimitives.WriteInt64LittleEndian(head[21..], frame.WallNs);
        head[29] = frame.IsKey ? (byte)1 : (byte)0;
        stream.Write(head);
        stream.Write(frame.Data.Span);
        stream.Flush();
    }

    private static void WriteHead(Span<byte> head, CaptureMessageType type, int bodyBytes)
    {
        if (bodyBytes > MaxBytes(type))
        {
            throw new InvalidDataException($"A {type} message of {bodyBytes} bytes is over its limit.");
        }

        BinaryPrimitives.WriteUInt32LittleEndian(head, (uint)bodyBytes + 1);
        head[4] = (byte)type;
    }
}

/// <summary>One received message; the body is valid until the next read.</summary>
internal readonly record struct CaptureMessage(CaptureMessageType Type, ReadOnlyMemory<byte> Body)
{
    /// <exception cref="InvalidDataException">The body is not such a message.</exception>
    internal T Json<T>(JsonTypeInfo<T> json)
    {
        try
        {
            return JsonSerializer.Deserialize(Body.Span, json) ?? throw new InvalidDataException($"The {Type} message is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The {Type} message cannot be read: {e.Message}", e);
        }
    }

    /// <exception cref="InvalidDataException">The body is shorter than a frame's header.</exception>
    internal EncodedFrame Frame()
    {
        var body = Body.Span;
        return body.Length <= CaptureWire.FrameHeaderBytes
            ? throw new InvalidDataException("A Frame message without a picture.")
            : new EncodedFrame(
                BinaryPrimitives.ReadInt64LittleEndian(body),
                BinaryPrimitives.ReadInt64LittleEndian(body[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(body[16..]),
                body[24] != 0,
                Body[CaptureWire.FrameHeaderBytes..]);
    }
}
