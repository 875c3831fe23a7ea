using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Rig.CameraNode.Dashcam.Copy;

/// <summary>
/// A mark of a file's content that costs half a megabyte of reading: SHA-256 over its size and blocks of 64 KiB at its start, at its end and evenly between.
/// A camera whose clock was reset may give a new film the name, size and time of an older one, but not its content.
/// </summary>
internal static class SourceSamples
{
    private const int Blocks = 8;
    private const int BlockBytes = 64 << 10;

    internal static string Read(FileStream file, long sizeBytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> size = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, sizeBytes);
        hash.AppendData(size);
        var buffer = new byte[BlockBytes];
        var last = Math.Max(0, sizeBytes - BlockBytes);
        for (var block = 0; block < Blocks; block++)
        {
            var at = sizeBytes <= Blocks * (long)BlockBytes ? Math.Min(sizeBytes, block * (long)BlockBytes) : last / (Blocks - 1) * block;
            at = block == Blocks - 1 && sizeBytes > Blocks * (long)BlockBytes ? last : at;
            var length = RandomAccess.Read(file.SafeFileHandle, buffer.AsSpan(0, (int)Math.Min(BlockBytes, Math.Max(0, sizeBytes - at))), at);
            hash.AppendData(buffer, 0, length);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
