using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Rig.Ingest.Api;

/// <summary>
/// Receive buffers of 64 KiB instead of the server's usual 4: one call of the kernel then brings sixteen times as much of a video.
/// A quiet connection holds none.
/// </summary>
internal sealed class LargeBlockPool : MemoryPool<byte>
{
    private const int BlockBytes = 64 << 10;

    /// <summary>16 MiB are kept for the next transfers; more goes back to the runtime.</summary>
    private const int MaxKeptBlocks = 256;

    private readonly ConcurrentBag<Block> blocks = [];
    private int kept;

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        if (!blocks.TryTake(out var block))
        {
            return new Block(this);
        }

        Interlocked.Decrement(ref kept);
        return block.Reuse();
    }

    protected override void Dispose(bool disposing) => blocks.Clear();

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref kept) <= MaxKeptBlocks)
        {
            blocks.Add(block);
        }
        else
        {
            Interlocked.Decrement(ref kept);
        }
    }

    private sealed class Block(LargeBlockPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] bytes = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);
        private int returned;

        public Memory<byte> Memory => bytes;

        public Block Reuse()
        {
            returned = 0;
            return this;
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref returned, 1) == 0)
            {
                pool.Return(this);
            }
        }
    }
}

internal sealed class LargeBlockPoolFactory : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new LargeBlockPool();
}
