using Rig.Actors.Recording;

namespace Rig.Actors.Transfer;

/// <summary>A server that takes recordings and confirms them.</summary>
public interface IUploadServer
{
    /// <summary>Sends the take and asks the server to confirm it. Failures of network and server are outcomes, not exceptions.</summary>
    /// <exception cref="OperationCanceledException">Only when <paramref name="cancellationToken"/> ended it.</exception>
    Task<SendOutcome> SendAsync(RecordingEntry take, UploadProgress progress, CancellationToken cancellationToken);

    Task<ServerHealth> HealthAsync(CancellationToken cancellationToken);
}

/// <param name="Error">A sentence; null while the server is healthy.</param>
/// <param name="StorageFreeGb">Null when the server does not say.</param>
public sealed record ServerHealth(bool Reachable, string? Status, double? StorageFreeGb, int? ActiveUploads, string? Error);

public abstract record SendOutcome
{
    private SendOutcome()
    {
    }

    /// <param name="Sha256">What the server says it holds.</param>
    /// <param name="Receipt">The server's own words, kept beside the take.</param>
    public sealed record Confirmed(string Sha256, string Receipt) : SendOutcome;

    /// <param name="MayRetry">By seed 001: time-outs, 5xx, a wrong checksum and a refused connection; no other 4xx, no missing file.</param>
    public sealed record Failed(string Error, bool MayRetry) : SendOutcome;
}

/// <summary>The queue as it outlives the process.</summary>
public interface IUploadJournal
{
    /// <summary>Empty when there is none yet, or none that can be read.</summary>
    UploadQueue Load();

    /// <summary>Durable when this returns.</summary>
    void Save(UploadQueue queue);
}

/// <summary>How far one attempt is; written by the sender, read from any thread.</summary>
public sealed class UploadProgress(TimeProvider time)
{
    private readonly long begunAt = time.GetTimestamp();
    private long sentBytes;
    private long movedBytes;
    private int confirming;

    /// <summary>Bytes that the server has, resumed ones included.</summary>
    public long SentBytes => Interlocked.Read(ref sentBytes);

    public bool IsConfirming => Volatile.Read(ref confirming) == 1;

    /// <summary>Over this attempt.</summary>
    public double BytesPerSecond => time.GetElapsedTime(begunAt).TotalSeconds is > 0.01 and var seconds ? Interlocked.Read(ref movedBytes) / seconds : 0;

    /// <summary>The server has this much already.</summary>
    public void ResumeAt(long offset) => Interlocked.Exchange(ref sentBytes, offset);

    public void Add(long bytes)
    {
        Interlocked.Add(ref sentBytes, bytes);
        Interlocked.Add(ref movedBytes, bytes);
    }

    public void BeginConfirming() => Volatile.Write(ref confirming, 1);
}
