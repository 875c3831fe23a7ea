using System.Threading.Channels;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Pull;

/// <param name="Buffer">Belongs to the pool.</param>
/// <param name="Offset">In the take.</param>
internal readonly record struct Chunk(Memory<byte> Buffer, int Length, long Offset)
{
    public ReadOnlyMemory<byte> Bytes => Buffer[..Length];
}

/// <summary>The buffers of one transfer, which bound its memory: who wants one waits until one is returned.</summary>
internal sealed class ChunkPool
{
    private readonly Channel<Memory<byte>> free = Channel.CreateUnbounded<Memory<byte>>();
    private readonly int chunkBytes;
    private int unmade;

    /// <param name="count">Made one by one as they are needed.</param>
    public ChunkPool(int count, int chunkBytes) => (unmade, this.chunkBytes) = (count, chunkBytes);

    public ValueTask<Memory<byte>> RentAsync(CancellationToken cancellationToken)
    {
        if (free.Reader.TryRead(out var buffer))
        {
            return ValueTask.FromResult(buffer);
        }

        return Interlocked.Decrement(ref unmade) >= 0
            ? ValueTask.FromResult(DirectIo.Allocate(chunkBytes))
            : free.Reader.ReadAsync(cancellationToken);
    }

    public void Return(Memory<byte> buffer) => free.Writer.TryWrite(buffer);
}
