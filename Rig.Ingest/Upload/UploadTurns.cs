using System.Security.Cryptography;
using Rig.Ingest.Intake;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Upload;

/// <summary>
/// One request at a time for each upload: a new one ends the one before, which its sender believes lost, and waits until that has let
/// go. Between two requests the hash of what is there is kept, so that it need not be read again.
/// </summary>
internal sealed class UploadTurns
{
    /// <summary>More uploads than this at once are read again when they go on; nothing else is lost.</summary>
    private const int MaxKeptHashes = 64;

    private static readonly TimeSpan WaitTimeout = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly Dictionary<UploadId, Entry> entries = [];
    private long uses;

    /// <exception cref="IntakeException">The request before does not end.</exception>
    public async Task<Turn> BeginAsync(UploadId id, CancellationToken cancellationToken)
    {
        Entry entry;
        CancellationTokenSource? before;
        var own = new CancellationTokenSource();
        lock (gate)
        {
            if (!entries.TryGetValue(id, out entry!))
            {
                entries[id] = entry = new Entry();
            }

            entry.Users++;
            (before, entry.Newest) = (entry.Newest, own);
        }

        if (before is not null)
        {
            await before.CancelAsync();
        }

        try
        {
            if (!await entry.Free.WaitAsync(WaitTimeout, cancellationToken))
            {
                throw new IntakeException(IntakeFault.Busy, "The upload's request before this one has not ended yet. Try again.");
            }
        }
        catch
        {
            Leave(id, entry);
            throw;
        }

        return new Turn(this, id, entry, own.Token);
    }

    private void Leave(UploadId id, Entry entry)
    {
        lock (gate)
        {
            entry.LastUse = ++uses;
            if (--entry.Users == 0 && entry.Hash is null)
            {
                entries.Remove(id);
            }

            var idle = entries.Where(other => other.Value is { Users: 0, Hash: not null }).ToList();
            if (idle.Count > MaxKeptHashes)
            {
                var oldest = idle.MinBy(other => other.Value.LastUse);
                oldest.Value.Hash!.Dispose();
                entries.Remove(oldest.Key);
            }
        }
    }

    /// <summary>The right to work on an upload, until it is disposed.</summary>
    internal sealed class Turn(UploadTurns turns, UploadId id, Entry entry, CancellationToken superseded) : IDisposable
    {
        /// <summary>Cancelled when a newer request of the same upload waits.</summary>
        public CancellationToken Superseded => superseded;

        /// <summary>Gives the kept hash away.</summary>
        public (IncrementalHash? Hash, long Length) TakeHash()
        {
            var hash = entry.Hash;
            entry.Hash = null;
            return (hash, entry.Length);
        }

        public void KeepHash(IncrementalHash hash, long length) => (entry.Hash, entry.Length) = (hash, length);

        public void Dispose()
        {
            entry.Free.Release();
            turns.Leave(id, entry);
        }
    }

    internal sealed class Entry
    {
        public SemaphoreSlim Free { get; } = new(1);

        /// <summary>Cancelled by the next request.</summary>
        public CancellationTokenSource? Newest { get; set; }

        public int Users { get; set; }

        public long LastUse { get; set; }

        /// <summary>Belongs to whoever has the turn.</summary>
        public IncrementalHash? Hash { get; set; }

        public long Length { get; set; }
    }
}
