using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;

namespace Rig.Ingest.Pull;

/// <summary>
/// Fetches one take into its part file, hashing in order while writing. The part file is always a prefix of the take, so its length
/// alone says where to go on after a cut or a restart.
/// </summary>
/// <remarks>
/// At most <see cref="RangesAhead"/> + 1 ranges of <see cref="RangeBytes"/> are asked for and not yet written: a cut costs at most
/// 6 MiB sent again. A transfer's memory is its <see cref="Chunks"/> x <see cref="ChunkBytes"/> = 2 MiB of buffers.
/// </remarks>
internal sealed class TakeDownload(INode node, IPartStore parts, BandwidthCap cap, PullOptions options)
{
    public const int RangeBytes = 2 << 20;
    public const int RangesAhead = 2;
    public const int ChunkBytes = 512 << 10;
    public const int Chunks = 4;

    /// <summary>Written and not yet being synced, at most; a sync runs beside the next bytes.</summary>
    private const int SyncBytes = 8 << 20;

    /// <summary>Cuts in a row without a single byte in between before the take is put back.</summary>
    private const int MaxBarrenCuts = 5;

    /// <summary>Of transfers that ended well, for the next ones: as many as ran at once.</summary>
    private readonly ConcurrentBag<ChunkPool> idlePools = [];

    /// <returns>SHA-256 of the whole file, lower-case hex; the bytes are durable.</returns>
    /// <exception cref="PullException">The node does not deliver; the part file stays for the next attempt.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public async Task<string> RunAsync(RemoteTake take, string partPath, TransferProgress progress, IMaterializer materializer, CancellationToken cancellationToken)
    {
        using var part = parts.Open(partPath);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var offset = await HashWhatIsThereAsync(part, hash, take.SizeBytes, cancellationToken);
        progress.StartAt(offset);
        var writer = new PartWriter(part, hash, progress, SyncBytes);
        try
        {
            await StreamAsync(take, offset, writer, materializer, cancellationToken);
        }
        finally
        {
            await writer.SettleAsync();
        }

        part.Sync();
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private async Task StreamAsync(RemoteTake take, long offset, PartWriter writer, IMaterializer materializer, CancellationToken cancellationToken)
    {
        var ended = KillSwitches.Shared(take.Id.ToString());
        await using var stop = cancellationToken.Register(() => ended.Abort(new OperationCanceledException(cancellationToken)));
        var pool = take.SizeBytes < ChunkBytes ? new ChunkPool(Chunks, (int)take.SizeBytes) : idlePools.TryTake(out var kept) ? kept : new ChunkPool(Chunks, ChunkBytes);
        var (startedAt, barrenCuts) = (-1L, 0);
        RangeReader? attempt = null;
        try
        {
            await RestartSource.OnFailuresWithBackoff(
                    () =>
                    {
                        barrenCuts = offset == startedAt ? barrenCuts + 1 : 0;
                        startedAt = offset;
                        if (barrenCuts == MaxBarrenCuts)
                        {
                            ended.Abort(new PullException($"The connection to the node was cut {barrenCuts} times in a row. {take.Id} goes on where it was once the node answers again."));
                        }

                        attempt?.Dispose();
                        var reader = attempt = new RangeReader(node, take, pool, cap, options.StallTimeout, ended.Abort);
                        return Source.From(RangeReader.Ranges(offset, take.SizeBytes, RangeBytes))
                            .SelectAsync(RangesAhead, reader.OpenAsync)
                            .ConcatMany(range => Source.From(() => reader.ReadAsync(range)));
                    },
                    RestartSettings.Create(options.CutPause, options.CutPause * 10, 0.2))
                .Select(chunk =>
                {
                    offset = chunk.Offset + chunk.Length;
                    return chunk;
                })
                .Via(ended.Flow<Chunk>())
                .SelectAsync(1, async chunk =>
                {
                    await writer.WriteAsync(chunk);
                    pool.Return(chunk.Buffer);
                    return chunk.Length;
                })
                // Nothing is kept. Sink.Ignore would do, but its task never ends in Akka.NET when the materializer stops; this one fails then.
                .Where(static _ => false)
                .RunWith(Sink.Seq<int>(), materializer);
            if (take.SizeBytes >= ChunkBytes)
            {
                idlePools.Add(pool);
            }
        }
        catch (AggregateException e) when (e.InnerExceptions.Count == 1)
        {
            // Streams wrap what comes out of a task or a kill switch.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        finally
        {
            attempt?.Dispose();
        }
    }

    /// <summary>The hash is made from the file's own bytes, never from a remembered state.</summary>
    private static async Task<long> HashWhatIsThereAsync(IPartFile part, IncrementalHash hash, long sizeBytes, CancellationToken cancellationToken)
    {
        var length = part.Length;
        if (length > sizeBytes)
        {
            part.Clear();
            return 0;
        }

        var buffer = length == 0 ? [] : new byte[Math.Min(length, ChunkBytes)];
        for (var offset = 0L; offset < length;)
        {
            var read = await part.ReadAsync(buffer, offset, cancellationToken);
            if (read == 0)
            {
                throw new PullException("The part file became shorter while it was read. Is another server using Rig:Storage:TempPath?");
            }

            hash.AppendData(buffer, 0, read);
            offset += read;
        }

        return length;
    }
}
