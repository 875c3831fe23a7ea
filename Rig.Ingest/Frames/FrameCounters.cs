using System.Collections.Concurrent;

namespace Rig.Ingest.Frames;

/// <summary>What came and went on this server since it started.</summary>
internal sealed class FrameCounters
{
    private readonly ConcurrentDictionary<int, long> refused = [];
    private long stored;
    private long storedBytes;
    private long duplicates;
    private long analysed;
    private long analysisFailures;
    private long events;

    public long Stored => Interlocked.Read(ref stored);

    public long StoredBytes => Interlocked.Read(ref storedBytes);

    public long Duplicates => Interlocked.Read(ref duplicates);

    public long Analysed => Interlocked.Read(ref analysed);

    public long AnalysisFailures => Interlocked.Read(ref analysisFailures);

    public long Events => Interlocked.Read(ref events);

    /// <summary>By HTTP status; duplicates are not among them.</summary>
    public IReadOnlyDictionary<int, long> Refused => refused;

    public void CountStored(int count, long bytes)
    {
        Interlocked.Add(ref stored, count);
        Interlocked.Add(ref storedBytes, bytes);
    }

    public void CountRefused(int status)
    {
        if (status == StatusCodes.Status409Conflict)
        {
            Interlocked.Increment(ref duplicates);
        }
        else
        {
            refused.AddOrUpdate(status, 1, (_, count) => count + 1);
        }
    }

    public void CountAnalysed(int newEvents)
    {
        Interlocked.Increment(ref analysed);
        Interlocked.Add(ref events, newEvents);
    }

    public void CountAnalysisFailure() => Interlocked.Increment(ref analysisFailures);
}
