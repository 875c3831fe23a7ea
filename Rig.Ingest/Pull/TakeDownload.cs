using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Rig.Ingest.Pull;

/// <summary>
/// Fetches one take into its part file by parallel range requests, hashing in order while writing. The part file is always a
/// prefix of the take, synced after every range, so its length alone says where to go on after a cut or a restart; at most
/// <see cref="ParallelRanges"/> x <see cref="RangeBytes"/> = 8 MiB are ever fetched twice.
/// </summary>
internal sealed class TakeDownload(NodeClient node, PullOptions options, TimeProvider time)
{
    public const int RangeBytes = 4 << 20;
    public const int ParallelRanges = 2;

    /// <summary>Cuts in a row without a single byte in between before the take is put back.</summary>
    private const int MaxBarrenCuts = 5;

    private static readonly TimeSpan CutPause = TimeSpan.FromMilliseconds(200);

    /// <returns>SHA-256 of the whole file, lower-case hex; the bytes are durable.</returns>
    /// <exception cref="PullException">The node does not deliver; the part file stays for the next attempt.</exception>
    public async Task<string> RunAsync(RemoteTake take, string partPath, TransferProgress progress, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(partPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var offset = await HashWhatIsThereAsync(file, hash, take.SizeBytes, cancellationToken);
        progress.StartAt(offset);

        // What a killed process had written may be in the system's memory only, and if it was the last range nothing follows.
        RandomAccess.FlushToDisk(file);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Queue<Task<Range>>();
        var next = offset;
        try
        {
            while (offset < take.SizeBytes)
            {
                while (running.Count < ParallelRanges && next < take.SizeBytes)
                {
                    var length = (int)Math.Min(RangeBytes, take.SizeBytes - next);
                    running.Enqueue(FetchAsync(take, next, length, progress, stop.Token));
                    next += length;
                }

                var range = await running.Dequeue();
                try
                {
                    hash.AppendData(range.Buffer, 0, range.Length);
                    await RandomAccess.WriteAsync(file, range.Buffer.AsMemory(0, range.Length), offset, cancellationToken);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(range.Buffer);
                }

                RandomAccess.FlushToDisk(file);
                offset += range.Length;
            }
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var abandoned in running)
            {
                await ReturnAsync(abandoned);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<long> HashWhatIsThereAsync(SafeFileHandle file, IncrementalHash hash, long sizeBytes, CancellationToken cancellationToken)
    {
        var length = RandomAccess.GetLength(file);
        if (length > sizeBytes)
        {
            RandomAccess.SetLength(file, 0);
            return 0;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            for (var offset = 0L; offset < length;)
            {
                var read = await RandomAccess.ReadAsync(file, buffer, offset, cancellationToken);
                if (read == 0)
                {
                    throw new PullException("The part file became shorter while it was read. Is another server using Rig:Storage:TempPath?");
                }

                hash.AppendData(buffer, 0, read);
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return length;
    }

    /// <summary>One range, taken up again at its own byte after every cut.</summary>
    private async Task<Range> FetchAsync(RemoteTake take, long offset, int length, TransferProgress progress, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        var filled = 0;
        try
        {
            for (var barren = 0; filled < length;)
            {
                var before = filled;
                try
                {
                    filled = await ReadOnceAsync(take, offset, buffer, filled, length, read => progress.Received(read), cancellationToken);
                }
                catch (Cut cut)
                {
                    filled = cut.Filled;
                    barren = filled > before ? 0 : barren + 1;
                    if (barren == MaxBarrenCuts)
                    {
                        throw new PullException($"The connection to the node was cut {barren} times in a row. {take.Id} goes on where it was once the node answers again.", cut);
                    }

                    await Task.Delay(CutPause * barren, time, cancellationToken);
                }
            }

            return new Range(buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private async Task<int> ReadOnceAsync(
        RemoteTake take, long offset, byte[] buffer, int filled, int length, Action<int> received, CancellationToken cancellationToken)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            using var response = await node.OpenRangeAsync(take, offset + filled, length - filled, cancellationToken);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (filled < length)
            {
                stall.CancelAfter(options.StallTimeout);
                var read = await stream.ReadAsync(buffer.AsMemory(filled, length - filled), stall.Token);
                if (read == 0)
                {
                    throw new Cut(filled, cause: null);
                }

                filled += read;
                received(read);
            }

            return filled;
        }
        catch (Exception e) when (NodeClient.IsConnection(e, cancellationToken))
        {
            throw new Cut(filled, e);
        }
    }

    private static async Task ReturnAsync(Task<Range> abandoned)
    {
        try
        {
            ArrayPool<byte>.Shared.Return((await abandoned).Buffer);
        }
        catch (Exception e) when (e is OperationCanceledException or PullException)
        {
            // It gave its buffer back itself; the first failure is the one reported.
        }
    }

    private readonly record struct Range(byte[] Buffer, int Length);

    private sealed class Cut(int filled, Exception? cause) : Exception("The connection ended early.", cause)
    {
        public int Filled { get; } = filled;
    }
}
