using System.Security.Cryptography;

namespace Rig.Ingest.Pull;

/// <summary>Writes and hashes a take's chunks in order, and syncs what is written beside what comes next.</summary>
internal sealed class PartWriter(IPartFile part, IncrementalHash hash, TransferProgress progress, int syncBytes)
{
    private Task writing = Task.CompletedTask;
    private Task syncing = Task.CompletedTask;
    private int unsynced;

    /// <summary>One call at a time.</summary>
    /// <exception cref="IOException">The disk failed, now or in the sync before.</exception>
    public Task WriteAsync(Chunk chunk) => writing = WriteNowAsync(chunk);

    /// <summary>Waits for what still runs, so that the file and the hash may be let go; says nothing of failures, which the stream has.</summary>
    public Task SettleAsync() => Task.WhenAll(writing, syncing).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private async Task WriteNowAsync(Chunk chunk)
    {
        var hashing = Task.Run(() => hash.AppendData(chunk.Bytes.Span));
        await part.WriteAsync(chunk.Bytes, chunk.Offset, CancellationToken.None);
        await hashing;
        progress.Received(chunk.Length);
        unsynced += chunk.Length;
        if (unsynced >= syncBytes)
        {
            await syncing;
            syncing = Task.Run(part.Sync);
            unsynced = 0;
        }
    }
}
