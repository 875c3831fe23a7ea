using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Rig.Ingest.Intake;

namespace Rig.Ingest.Upload;

/// <summary>Writes one chunk to its place in the file, hashing it.</summary>
internal sealed class ChunkWriter(SafeFileHandle handle, long offset, long length) : IDisposable
{
    // The older rigs' protocol says MD5. It guards against errors of the wire only; the whole file is held against SHA-256.
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private long written;

    /// <exception cref="IntakeException">The chunk is longer than it may be, or the disk failed.</exception>
    public ValueTask AppendAsync(ReadOnlySequence<byte> bytes)
    {
        if (written + bytes.Length > length)
        {
            throw IntakeException.Invalid($"The chunk is longer than {length} bytes.");
        }

        try
        {
            foreach (var segment in bytes)
            {
                RandomAccess.Write(handle, segment.Span, offset + written);
                hash.AppendData(segment.Span);
                written += segment.Length;
            }
        }
        catch (IOException e)
        {
            throw IntakeException.DiskFailed("the chunk", e);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Makes the chunk durable.</summary>
    /// <returns>Its MD5, lower-case hex.</returns>
    /// <exception cref="IntakeException">The chunk is too short, or the disk failed.</exception>
    public string Finish()
    {
        if (written != length)
        {
            throw IntakeException.Invalid($"The chunk has {written} bytes and must have {length}.");
        }

        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (IOException e)
        {
            throw IntakeException.DiskFailed("the chunk", e);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose() => hash.Dispose();
}
