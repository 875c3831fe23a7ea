namespace Rig.Ingest.Upload;

/// <summary>How a file of a known size is cut into chunks, all of one size but the last.</summary>
internal readonly record struct ChunkPlan
{
    public const int MaxChunks = 1_000_000;
    public const long MaxChunkBytes = 1L << 30;

    private ChunkPlan(long fileBytes, long chunkBytes, int count) => (FileBytes, ChunkBytes, Count) = (fileBytes, chunkBytes, count);

    public long FileBytes { get; }

    public long ChunkBytes { get; }

    public int Count { get; }

    /// <returns>False when the sizes make no plan: nothing to send, or too many chunks, or too large ones.</returns>
    public static bool TryMake(long fileBytes, long chunkBytes, out ChunkPlan plan)
    {
        plan = default;
        if (fileBytes <= 0 || chunkBytes is <= 0 or > MaxChunkBytes || (fileBytes - 1) / chunkBytes >= MaxChunks)
        {
            return false;
        }

        plan = new ChunkPlan(fileBytes, chunkBytes, (int)((fileBytes - 1) / chunkBytes) + 1);
        return true;
    }

    public long OffsetOf(int index) => index * ChunkBytes;

    public long LengthOf(int index) => Math.Min(ChunkBytes, FileBytes - OffsetOf(index));

    /// <summary>The first chunk that is not there, so the number of chunks there without a gap.</summary>
    /// <param name="received">Indexes in ascending order.</param>
    public static int Contiguous(IEnumerable<int> received)
    {
        var next = 0;
        foreach (var index in received)
        {
            if (index != next)
            {
                break;
            }

            next++;
        }

        return next;
    }

    /// <param name="received">Indexes in ascending order.</param>
    public IEnumerable<int> Missing(IEnumerable<int> received)
    {
        var next = 0;
        foreach (var index in received)
        {
            for (; next < index; next++)
            {
                yield return next;
            }

            next = index + 1;
        }

        for (; next < Count; next++)
        {
            yield return next;
        }
    }
}
