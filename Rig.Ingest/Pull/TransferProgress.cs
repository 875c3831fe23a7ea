namespace Rig.Ingest.Pull;

/// <summary>How far one transfer is; written by the transfer, read by the status page.</summary>
public sealed class TransferProgress(TimeProvider time)
{
    private readonly long startedAt = time.GetTimestamp();
    private long bytes;
    private long received;

    /// <summary>Bytes of the file that are here, those of an earlier attempt included.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Mean of this attempt.</summary>
    public double BytesPerSecond => time.GetElapsedTime(startedAt).TotalSeconds is > 0.001 and var seconds ? Interlocked.Read(ref received) / seconds : 0;

    /// <summary>Went over the wire in this attempt, what had to be sent again included.</summary>
    public long ReceivedBytes => Interlocked.Read(ref received);

    public void StartAt(long offset) => Interlocked.Exchange(ref bytes, offset);

    public void Received(int count)
    {
        Interlocked.Add(ref bytes, count);
        Interlocked.Add(ref received, count);
    }
}
