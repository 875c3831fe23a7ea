using Microsoft.Extensions.Options;
using Rig.Ingest.Intake;
using Rig.Ingest.Settings;

namespace Rig.Ingest.Upload;

/// <summary>How many uploads run now, which is bounded, and how many bytes have come in since start.</summary>
public sealed class ActiveUploads(IOptions<ServerOptions> options)
{
    private readonly int most = options.Value.MaxConcurrentUploads;
    private int active;
    private long bytes;

    public int Count => Volatile.Read(ref active);

    public long ReceivedBytes => Interlocked.Read(ref bytes);

    /// <exception cref="IntakeException">As many as this server takes at once are running.</exception>
    public IDisposable Begin()
    {
        if (Interlocked.Increment(ref active) > most)
        {
            Interlocked.Decrement(ref active);
            throw new IntakeException(IntakeFault.Busy, $"The server is receiving {most} uploads, as many as Rig:Server:MaxConcurrentUploads allows. Try again in a moment.");
        }

        return new Upload(this);
    }

    public void Received(long count) => Interlocked.Add(ref bytes, count);

    private sealed class Upload(ActiveUploads uploads) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref uploads.active);
    }
}
