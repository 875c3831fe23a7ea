using System.Runtime.CompilerServices;

namespace Rig.Ingest.Pull;

/// <summary>A stretch of a take.</summary>
internal readonly record struct ByteRange(long Offset, int Length);

/// <summary>
/// One connected attempt at the rest of a take: ranges are asked for ahead, and their bodies are read one after the other, so that
/// what comes too early waits in the kernel and not in this process. It ends with the first cut; the next attempt goes on at the byte.
/// </summary>
internal sealed class RangeReader(INode node, RemoteTake take, ChunkPool pool, BandwidthCap cap, TimeSpan stallTimeout, TimeProvider time, Action<PullException> refused) : IDisposable
{
    private readonly Lock gate = new();
    private readonly HashSet<HttpResponseMessage> open = [];
    private readonly CancellationTokenSource stopping = new();
    private bool disposed;

    /// <summary>The rest of a take from a byte on. Ranges end at multiples of <paramref name="rangeBytes"/>, so that after one that is short the disk writes whole blocks.</summary>
    public static IEnumerable<ByteRange> Ranges(long offset, long sizeBytes, int rangeBytes)
    {
        while (offset < sizeBytes)
        {
            var length = (int)Math.Min(rangeBytes - (offset % rangeBytes), sizeBytes - offset);
            yield return new ByteRange(offset, length);
            offset += length;
        }
    }

    /// <summary>Asks for a range. A failure is kept until its turn, so that it overtakes no byte of an earlier range.</summary>
    public async Task<OpenRange> OpenAsync(ByteRange range)
    {
        try
        {
            var response = await node.OpenRangeAsync(take, range.Offset, range.Length, stopping.Token);
            lock (gate)
            {
                if (!disposed)
                {
                    open.Add(response);
                    return new OpenRange(range, response, Failure: null);
                }
            }

            response.Dispose();
            return new OpenRange(range, Response: null, new OperationCanceledException());
        }
        catch (Exception e)
        {
            return new OpenRange(range, Response: null, e);
        }
    }

    public async IAsyncEnumerable<Chunk> ReadAsync(OpenRange opened, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (opened.Failure is PullException permanent)
        {
            refused(permanent);
        }

        using var response = opened.Response ?? throw new CutException(opened.Failure);
        lock (gate)
        {
            open.Remove(response);
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var end = opened.Range.Offset + opened.Range.Length;
        for (var offset = opened.Range.Offset; offset < end;)
        {
            var buffer = await pool.RentAsync(cancellationToken);
            var (filled, cut) = await FillAsync(body, buffer[..(int)Math.Min(buffer.Length, end - offset)], cancellationToken);
            if (filled == 0)
            {
                pool.Return(buffer);
                throw cut!;
            }

            yield return new Chunk(buffer, filled, offset);
            offset += filled;
            if (cut is not null)
            {
                throw cut;
            }

            await cap.TakeAsync(filled, cancellationToken);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
            foreach (var response in open)
            {
                response.Dispose();
            }
        }

        stopping.Cancel();
        stopping.Dispose();
    }

    /// <summary>Fills the buffer, or says what came before the connection ended or stalled.</summary>
    private async Task<(int Filled, Exception? Cut)> FillAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(stallTimeout, time);
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var filled = 0;
        try
        {
            while (filled < buffer.Length)
            {
                timeout.CancelAfter(stallTimeout);
                var read = await body.ReadAsync(buffer[filled..], stall.Token);
                if (read == 0)
                {
                    return (filled, new CutException(cause: null));
                }

                filled += read;
            }

            return (filled, null);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            return (filled, new CutException(e));
        }
    }
}

/// <param name="Failure">Why there is no response.</param>
internal sealed record OpenRange(ByteRange Range, HttpResponseMessage? Response, Exception? Failure);

/// <summary>A connection ended before its range did; the take goes on with another.</summary>
internal sealed class CutException(Exception? cause) : Exception(cause is null ? "The connection ended early." : $"The connection ended early: {cause.Message}", cause);
