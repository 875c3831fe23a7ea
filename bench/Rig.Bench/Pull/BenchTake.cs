using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Rig.Bench.Pull;

/// <summary>The bytes of a take of any size that are never stored: MP4 boxes, then one block of random bytes again and again.</summary>
internal sealed class BenchTake
{
    private const int BlockBytes = 1 << 20;

    private readonly byte[] head;
    private readonly byte[] block = new byte[BlockBytes];

    public BenchTake(long payloadBytes)
    {
        var mdat = new byte[16];
        BinaryPrimitives.WriteInt32BigEndian(mdat, 1);
        "mdat"u8.CopyTo(mdat.AsSpan(4));
        BinaryPrimitives.WriteInt64BigEndian(mdat.AsSpan(8), 16 + payloadBytes);
        head = [0, 0, 0, 16, .. "ftypisom\0\0\0\0"u8, 0, 0, 0, 24, .. "moov"u8, .. new byte[16], .. mdat];
        new Random(1).NextBytes(block);
        SizeBytes = head.Length + payloadBytes;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var offset = 0L; offset < SizeBytes;)
        {
            var piece = PieceAt(offset, SizeBytes - offset);
            hash.AppendData(piece.Span);
            offset += piece.Length;
        }

        Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public long SizeBytes { get; }

    public string Sha256 { get; }

    /// <returns>Bytes from there on, as many as lie together and at most <paramref name="max"/>.</returns>
    public ReadOnlyMemory<byte> PieceAt(long offset, long max)
    {
        var (source, at) = offset < head.Length ? (head, (int)offset) : (block, (int)((offset - head.Length) % BlockBytes));
        return source.AsMemory(at, (int)Math.Min(source.Length - at, max));
    }
}
