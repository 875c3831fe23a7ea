namespace Rig.Ingest.Receive;

/// <summary>How many uploads run now, and how many bytes have come in since start.</summary>
public sealed class ActiveUploads
{
    private int active;
    private long bytes;

    public int Count => Volatile.Read(ref active);

    public long ReceivedBytes => Interlocked.Read(ref bytes);

    public IDisposable Begin()
    {
        Interlocked.Increment(ref active);
        return new Upload(this);
    }

    public void Received(long count) => Interlocked.Add(ref bytes, count);

    private sealed class Upload(ActiveUploads uploads) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref uploads.active);
    }
}
